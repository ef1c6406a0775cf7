import { keyedName, type DeviceAddress, type KeyedName } from '../device-name.js';

const prefix = 'quectel/v1/';
/** Where the device speaks, behind `quectel/v1/{productKey}/{deviceKey}/`. */
export const uplinks = ['answers', 'reports', 'online'] as const;
export type QuectelUplink = (typeof uplinks)[number];

export const filters = uplinks.map((last) => `${prefix}+/+/${last}`);

export function topicOf(device: DeviceAddress, last: QuectelUplink | 'commands'): string {
  const { productKey, deviceKey } = keyedName(device);
  return `${prefix}${productKey}/${deviceKey}/${last}`;
}

/** Whose uplink topic it is, and which; undefined for any other topic. */
export function parseUplink(topic: string): { from: KeyedName; last: QuectelUplink } | undefined {
  if (!topic.startsWith(prefix)) return undefined;
  const [productKey, deviceKey, name, ...more] = topic.slice(prefix.length).split('/', 4);
  const last = uplinks.find((known) => known === name);
  if (productKey === undefined || deviceKey === undefined || last === undefined || more.length > 0) return undefined;
  return { from: { productKey, deviceKey }, last };
}
