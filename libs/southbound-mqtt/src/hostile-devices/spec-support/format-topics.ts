import type { DeviceAddress } from '../../gateway/ports.js';
import type { WireFormat } from '../../codecs/wire-format-codec.js';

/** A device of a wire format, and what its topics are: written out here, so that a codec that errs is found out. */
export interface FormatTopics {
  readonly wireFormat: WireFormat;
  address(name: string): DeviceAddress;
  /** What it publishes on. */
  readonly uplinks: (device: DeviceAddress) => readonly string[];
  /** What commands for it go out on. */
  readonly commands: (device: DeviceAddress) => readonly string[];
  /** Everything below is the device's to publish, but for commands and answers to answers. */
  readonly ownBelow?: (device: DeviceAddress) => string;
  /** The uplink topic on which a message may be marked as to be kept: birth and will. */
  readonly presence?: (device: DeviceAddress) => string;
  /** Devices of EnOS never subscribe: the gateway does. */
  readonly subscribesItself: boolean;
}

const PRODUCT = 'pk-hostile';

const quectelTopic = (productKey: string, deviceKey: string, last: string): string =>
  `quectel/v1/${productKey}/${deviceKey}/${last}`;

const withKey = (deviceId: string): DeviceAddress => ({ deviceId, productKey: PRODUCT, deviceKey: `key-${deviceId}` });
const withoutKey = (deviceId: string): DeviceAddress => ({ deviceId, productKey: PRODUCT, deviceKey: null });

export const FORMATS: readonly FormatTopics[] = [
  {
    wireFormat: 'native',
    address: (name) => withoutKey(`native-${name}`),
    uplinks: ({ deviceId }) =>
      ['answers', 'presence', 'telemetry'].map((last) => `downlink/v1/devices/${deviceId}/${last}`),
    commands: ({ deviceId }) => [`downlink/v1/devices/${deviceId}/commands`],
    presence: ({ deviceId }) => `downlink/v1/devices/${deviceId}/presence`,
    subscribesItself: true,
  },
  {
    wireFormat: 'huawei',
    address: (name) => withoutKey(`huawei-${name}`),
    uplinks: ({ deviceId }) => [`/huawei/v1/devices/${deviceId}/data/json`],
    commands: ({ deviceId }) => [`/huawei/v1/devices/${deviceId}/command/json`],
    subscribesItself: true,
  },
  {
    wireFormat: 'enos',
    address: (name) => withKey(`enos-${name}`),
    uplinks: ({ productKey, deviceKey }) => [
      `/sys/${productKey}/${deviceKey!}/thing/service/turn_reply`,
      `/sys/${productKey}/${deviceKey!}/thing/measurepoint/post`,
    ],
    commands: ({ productKey, deviceKey }) =>
      ['service/turn', 'service/measurepoint/set', 'service/measurepoint/get', 'model/down_raw'].map(
        (last) => `/sys/${productKey}/${deviceKey!}/thing/${last}`,
      ),
    ownBelow: ({ productKey, deviceKey }) => `/sys/${productKey}/${deviceKey!}/`,
    subscribesItself: false,
  },
  {
    wireFormat: 'quectel',
    address: (name) => withKey(`quectel-${name}`),
    uplinks: ({ productKey, deviceKey }) =>
      ['answers', 'online', 'reports'].map((last) => quectelTopic(productKey, deviceKey!, last)),
    commands: ({ productKey, deviceKey }) => [quectelTopic(productKey, deviceKey!, 'commands')],
    presence: ({ productKey, deviceKey }) => quectelTopic(productKey, deviceKey!, 'online'),
    subscribesItself: true,
  },
];

/** Whether a device may bring a message on this topic to the platform. */
export function isOwnUplink(format: FormatTopics, device: DeviceAddress, topic: string): boolean {
  if (format.uplinks(device).includes(topic)) return true;
  const below = format.ownBelow?.(device);
  if (below === undefined || !topic.startsWith(below)) return false;
  return !format.commands(device).includes(topic) && !topic.endsWith('_reply_reply');
}
