import { randomBytes } from 'node:crypto';
import { isJsonObject, type DeviceId } from '@downlink/command-domain';
import type { DeviceCredentials, Product, Registry } from '@downlink/command-engine';
import { keyedName, type DeviceAddress } from '../codecs/device-name.js';
import type { Admission } from '../gateway/ports.js';

type Activating = Extract<Admission, { kind: 'activating' }>;

/**
 * What an EnOS device is told that has proven the secret of its product (EnOS, "Device authentication: secret-per-product", the message
 * `thing.activate.info`). Undefined when it is activated by now. Its secret is made unless it has one.
 */
export async function activation(
  registry: Pick<Registry, 'secretToActivate'>,
  device: DeviceCredentials,
  { now, activated }: { readonly now: number; activated(id: DeviceId): Promise<void> },
): Promise<Activating | undefined> {
  const deviceSecret = await registry.secretToActivate(device.id, randomBytes(16).toString('hex'));
  if (deviceSecret === undefined) return undefined;
  const address: DeviceAddress = { deviceId: device.id, productKey: device.productKey, deviceKey: device.key };
  const { productKey, deviceKey } = keyedName(address);
  const topic = `/ext/session/${productKey}/${deviceKey}/thing/activate/info`;
  const params = { assetId: device.assetId ?? device.id, productKey, deviceKey, deviceSecret };
  return {
    kind: 'activating',
    device: address,
    topic,
    payload: JSON.stringify({ id: String(now), version: '1.0', method: 'thing.activate.info', params }),
    replyTopic: `${topic}_reply`,
    activated: () => activated(device.id),
  };
}

/** Whether devices of the product may be told their secrets: unless it was created with `dynamicActivateEnabled: false`. */
export function activatesDevices({ attributes }: Product): boolean {
  const kept = attributes['enos'];
  return !isJsonObject(kept) || kept['dynamicActivateEnabled'] !== false;
}
