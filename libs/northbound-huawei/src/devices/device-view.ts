import type { DevicePresence, PresentDevice, Product } from '@downlink/command-engine';
import { DEVICE_INFO_MEMBERS } from '../wire/device-fields.js';
import type { DeviceResource } from '../wire/device-resource.js';
import type { HuaweiDeviceStatus } from '../wire/query-devices.js';
import { wireTime } from '../wire/times.js';
import { keptOf } from './kept.js';
import { identityOf } from './profile-identity.js';

/**
 * Huawei, Querying Device Information: INACTIVE before the first sign of life, ABNORMAL when a device has fallen silent. The vendor
 * waits 25 hours before it says so; here it is the end of the presence lease.
 */
const STATUSES: Readonly<Record<DevicePresence, HuaweiDeviceStatus>> = {
  'never-seen': 'INACTIVE',
  reachable: 'ONLINE',
  unknown: 'ABNORMAL',
  unreachable: 'OFFLINE',
};

export function presenceOfStatus(status: HuaweiDeviceStatus): DevicePresence {
  return (Object.keys(STATUSES) as DevicePresence[]).find((presence) => STATUSES[presence] === status)!;
}

/** "Activated" is who has connected once, whatever it does now (Huawei, Querying Device Activation Status). */
export function isActivated({ presence }: Pick<PresentDevice, 'presence'>): boolean {
  return presence !== 'never-seen';
}

/** The device as the vendor shows it; what the application did not say of it is what its profile says. */
export function toDeviceResource(
  device: PresentDevice,
  product: Pick<Product, 'modelSource'> | undefined,
  withImsi: boolean,
): DeviceResource {
  const { deviceInfo, imsi, isSecure, modifiedAt } = keptOf(device);
  const said = { mute: 'FALSE', ...(product && identityOf(product)), ...deviceInfo, name: device.name };
  const members = DEVICE_INFO_MEMBERS.map((name) => [name, (said as Record<string, string>)[name] ?? null] as const);
  return {
    deviceId: device.id,
    gatewayId: device.id,
    nodeType: 'GATEWAY',
    createTime: wireTime(device.createdAt),
    lastModifiedTime: wireTime(modifiedAt ?? device.createdAt),
    deviceInfo: {
      ...(Object.fromEntries(members) as Record<(typeof members)[number][0], string | null>),
      ...(isSecure !== undefined && { isSecurity: String(isSecure).toUpperCase() }),
      nodeId: device.key,
      status: STATUSES[device.presence],
      statusDetail: isActivated(device) ? 'NONE' : 'NOT_ACTIVE',
    },
    services: [],
    ...(withImsi && { imsi: imsi ?? null }),
  };
}
