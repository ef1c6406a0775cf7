import type { PresentDevice } from '@downlink/command-engine';
import type { NorthboundPorts } from '@downlink/northbound-kit';
import { huaweiError } from '../errors/error-answer.js';

/**
 * The application's device with what is known of its presence, read afresh: this is not the hot path.
 * @throws ErrorAnswer 100403 for an unknown device, and for another application's, which looks the same
 */
export async function deviceOf(
  { registry }: Pick<NorthboundPorts, 'registry'>,
  deviceId: string,
  applicationId: string,
): Promise<PresentDevice> {
  const { devices } = await registry.searchDevices({ applicationId, ids: [deviceId], offset: 0, limit: 1 });
  if (devices[0] === undefined) throw huaweiError('device-not-found');
  return devices[0];
}
