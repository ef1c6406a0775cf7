import type { PresentDevice } from '@downlink/command-engine';
import type { NorthboundPorts } from '@downlink/northbound-kit';
import { huaweiError } from '../errors/error-answer.js';
import type { RefreshKeyBody } from '../wire/register-device.js';
import { applyDevice } from './apply-device.js';
import { hasNode } from './register-device.js';

/**
 * Gives a device another nodeId, keeping its id and secret (Huawei, Refreshing a Device Key: the device was replaced). The timeout
 * counts anew for one that has never connected. @throws ErrorAnswer 100611 while it is online, 100426 for a nodeId that is taken
 */
export async function refreshKey(
  ports: Pick<NorthboundPorts, 'registry'>,
  device: PresentDevice,
  { nodeId, timeout }: RefreshKeyBody,
): Promise<void> {
  const { id, applicationId, productKey, name, activated } = device;
  if (device.presence === 'reachable') throw huaweiError('device-online');
  if (nodeId !== undefined && (await hasNode(ports, applicationId, nodeId, id))) throw huaweiError('node-duplicated');
  const changed = {
    id,
    applicationId,
    productKey,
    name,
    activated,
    ...(nodeId !== undefined && { key: nodeId }),
    ...(timeout !== undefined && { activateWithinMs: timeout * 1000 }),
  };
  await applyDevice(ports, changed, 'node-duplicated');
}
