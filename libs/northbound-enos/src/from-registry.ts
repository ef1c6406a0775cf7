import type { Device, DevicePresence, Product } from '@downlink/command-engine';
import { attributesOfDevice, attributesOfProduct } from './attributes.js';
import { modelIdOf, modelIdPathOf } from './model/thing-model.js';
import { plainName } from './names.js';
import type { DeviceStatus, DeviceStruct } from './wire/device.js';
import type { ProductStruct } from './wire/product.js';

/** A secret that is not told is null. */
type Secret = string | null;

export function shownProduct(product: Product, orgId: string | null, productSecret: Secret): ProductStruct {
  const { name, desc, type, dataFormat, tags, biDirectionalAuth, dynamicActivateEnabled, updatedAt } =
    attributesOfProduct(product);
  return {
    orgId,
    productKey: product.key,
    productName: name ?? plainName(product.name),
    productSecret,
    productDesc: desc,
    productType: type,
    dataFormat,
    productTags: tags,
    modelId: modelIdOf(product),
    dynamicActivateEnabled,
    dynamicActiveEnabled: dynamicActivateEnabled,
    biDirectionalAuth,
    createBy: null,
    createTime: product.createdAt,
    updateBy: null,
    updateTime: updatedAt ?? product.createdAt,
    defaultValidDay: null,
    maxValidDay: null,
  };
}

const STATUSES: Readonly<Record<DevicePresence, DeviceStatus>> = {
  'never-seen': 'inactive',
  reachable: 'online',
  unreachable: 'offline',
  unknown: 'offline',
};

/** The presences that are shown as this status; none for a word that is no status of ours. */
export function presencesOf(status: string): DevicePresence[] {
  return (Object.keys(STATUSES) as DevicePresence[]).filter((presence) => STATUSES[presence] === status);
}

/** Where a device stands: whose it is, of what product, and whether it is there. */
export interface DeviceSurroundings {
  readonly orgId: string | null;
  readonly product: Product | undefined;
  readonly presence: DevicePresence;
  readonly deviceSecret: Secret;
}

export function shownDevice(device: Device, around: DeviceSurroundings): DeviceStruct {
  const { orgId, product, presence, deviceSecret } = around;
  const own = attributesOfDevice(device);
  const about = product && shownProduct(product, orgId, null);
  return {
    orgId,
    assetId: device.assetId,
    modelId: about?.modelId ?? null,
    modelIdPath: product === undefined ? null : modelIdPathOf(product),
    productKey: device.productKey,
    productName: about?.productName ?? plainName(device.productKey),
    productType: about?.productType ?? 'Device',
    dataFormat: about?.dataFormat ?? 'Json',
    deviceKey: device.key,
    deviceName: own.name ?? plainName(device.name),
    deviceSecret,
    deviceDesc: own.desc,
    timezone: own.timezone,
    deviceAttributes: own.attributes,
    deviceTags: own.tags,
    createTime: device.createdAt,
    status: STATUSES[presence],
    activeTime: null,
    lastOnlineTime: null,
    lastOfflineTime: null,
    measurepointLastUpdate: null,
    eventLastUpdate: null,
    attributeLastUpdate: null,
    featureLastUpdate: null,
  };
}
