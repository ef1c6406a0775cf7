import type { Device, NewDevice } from '@downlink/command-engine';
import type { NorthboundPorts } from '@downlink/northbound-kit';
import { DEVICE_INFO_MEMBERS, type DeviceInfoMember } from '../wire/device-fields.js';
import type { ModifyDeviceBody } from '../wire/modify-device.js';
import { applyDevice } from './apply-device.js';
import { attributesOf, keptOf, withoutAbsent, type Kept } from './kept.js';
import { identityOf } from './profile-identity.js';
import { productFor } from './product-of-device.js';

/**
 * Changes what the body names. Naming a product, or anything that profiles are told apart by, moves the device to the product
 * that fits it now. @throws ErrorAnswer 600002, 100426 when that product has a device of this nodeId
 */
export async function modifyDevice(
  ports: Pick<NorthboundPorts, 'products' | 'registry'>,
  device: Device,
  body: ModifyDeviceBody,
  now: number,
): Promise<void> {
  const kept = changed(keptOf(device), body, now);
  const changes: NewDevice = {
    id: device.id,
    applicationId: device.applicationId,
    productKey: await productKeyOf(ports, device, body),
    name: body.name ?? device.name,
    activated: device.activated,
    attributes: attributesOf(kept),
    ...(body.psk !== undefined && { secret: body.psk }),
  };
  await applyDevice(ports, changes, 'node-duplicated');
}

function changed(kept: Kept, body: ModifyDeviceBody, now: number): Kept {
  const { endUser, region, organization, timezone, ip, deviceConfig, imsi, isSecure } = body;
  return {
    deviceInfo: { ...kept.deviceInfo, ...namedIn(body) },
    imsi: imsi ?? kept.imsi,
    isSecure: isSecure ?? kept.isSecure,
    modifiedAt: now,
    said: { ...kept.said, ...withoutAbsent({ endUserId: endUser, region, organization, timezone, ip, deviceConfig }) },
  };
}

function namedIn(body: ModifyDeviceBody): Partial<Record<DeviceInfoMember, string>> {
  const said: Partial<Record<DeviceInfoMember, unknown>> = body;
  const named = DEVICE_INFO_MEMBERS.flatMap((name) => {
    const value = said[name];
    return typeof value === 'string' ? [[name, value] as const] : [];
  });
  return Object.fromEntries(named);
}

async function productKeyOf(
  ports: Pick<NorthboundPorts, 'products' | 'registry'>,
  device: Device,
  body: ModifyDeviceBody,
): Promise<string> {
  const { productId, manufacturerId, deviceType, model, protocolType } = body;
  if ([productId, manufacturerId, deviceType, model, protocolType].every((said) => said === undefined)) {
    return device.productKey;
  }
  if (productId !== undefined) return (await productFor(ports, device.applicationId, { productId })).key;
  const product = await ports.products.find(device.productKey);
  const known = { ...(product && identityOf(product)), ...keptOf(device).deviceInfo, ...namedIn(body) };
  return (await productFor(ports, device.applicationId, known)).key;
}
