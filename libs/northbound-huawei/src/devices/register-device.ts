import { randomBytes, randomUUID } from 'node:crypto';
import type { NewDevice } from '@downlink/command-engine';
import type { NorthboundPorts } from '@downlink/northbound-kit';
import { huaweiError } from '../errors/error-answer.js';
import type { RegisterByCodeBody, RegisterBySecretBody } from '../wire/register-device.js';
import { applyDevice } from './apply-device.js';
import { attributesOf, withoutAbsent, type Kept } from './kept.js';
import { productFor } from './product-of-device.js';

/** A registration in one form, whichever call it came by. */
export interface Registration {
  readonly nodeId: string;
  readonly name: string | undefined;
  readonly productId: string | undefined;
  readonly kept: Kept;
  /** What the device logs in with. */
  readonly secret: string;
  /** seconds; 0: any time */
  readonly timeout: number;
}

/**
 * Makes the device; its id is a UUID. It stays unless it shows no sign of life within the timeout.
 * @throws ErrorAnswer 100416 when the application has a device of this nodeId, 600002 without such a product
 */
export async function registerDevice(
  ports: Pick<NorthboundPorts, 'products' | 'registry'>,
  applicationId: string,
  registration: Registration,
): Promise<string> {
  const { nodeId, name, productId, kept, secret, timeout } = registration;
  if (await hasNode(ports, applicationId, nodeId)) throw huaweiError('device-bound');
  const product = await productFor(ports, applicationId, { ...kept.deviceInfo, productId });
  const device: NewDevice = {
    id: randomUUID(),
    applicationId,
    productKey: product.key,
    name: name ?? kept.deviceInfo.name ?? '',
    // In the registry: it may log in. Whether it ever has is known from its signs of life.
    activated: true,
    key: nodeId,
    secret,
    activateWithinMs: timeout * 1000,
    attributes: attributesOf(kept),
  };
  // Another registration of the same node may have been quicker.
  await applyDevice(ports, device, 'device-bound');
  return device.id;
}

/** Whether the application has a device of this nodeId, other than `but`. */
export async function hasNode(
  { registry }: Pick<NorthboundPorts, 'registry'>,
  applicationId: string,
  nodeId: string,
  but?: string,
): Promise<boolean> {
  const { devices } = await registry.searchDevices({ applicationId, key: nodeId, offset: 0, limit: 2 });
  return devices.some(({ id }) => id !== but);
}

/** By verification code: the device logs in with its psk. */
export function registrationByCode(
  body: RegisterByCodeBody,
  made: { readonly psk: string; readonly timeout: number },
): Registration {
  const { nodeId, deviceName, productId, deviceInfo = {}, endUserId, imsi, isSecure } = body;
  return {
    nodeId,
    name: deviceName,
    productId,
    kept: { deviceInfo, imsi, isSecure, said: withoutAbsent({ endUserId }) },
    secret: made.psk,
    timeout: made.timeout,
  };
}

/** By password. */
export function registrationBySecret(body: RegisterBySecretBody, secret: string): Registration {
  const { deviceInfo, productId, endUserId, organization, region, timezone } = body;
  const { nodeId, ...said } = deviceInfo;
  return {
    nodeId,
    name: undefined,
    productId,
    kept: { deviceInfo: said, said: withoutAbsent({ endUserId, organization, region, timezone }) },
    secret,
    timeout: 0,
  };
}

/** As many hex digits; used for psk (32), secret (20) and verification codes (16). */
export function hexDigits(count: number): string {
  return randomBytes(count / 2).toString('hex');
}
