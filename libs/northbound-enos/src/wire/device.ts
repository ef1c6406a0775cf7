import { z } from 'zod';
import { jsonObject, name18n, optional, tags, text, type Name18n } from './fields.js';
import type { JsonObject } from '@downlink/command-domain';
import { isTimezone } from './local-time.js';

const described = {
  timezone: text(64).refine(isTimezone, { error: 'expected an offset like +08:00 or the name of a timezone' }),
  deviceName: name18n,
  deviceAttributes: optional(jsonObject),
  deviceTags: optional(tags),
  deviceDesc: optional(z.string().max(1024)),
};

/** What a key may be made of is documented nowhere: as much as fits into an MQTT topic and the vendor's own user names. */
const deviceKey = z
  .string({ error: 'expected a text' })
  .regex(/^[\w:.@-]{1,64}$/, { error: 'expected 1 to 64 letters, digits or _-:.@' });

/** EnOS, Create Device. */
export const createDeviceBody = z.object({
  ...described,
  productKey: text(256),
  deviceKey: z.preprocess((value) => (value === '' ? undefined : value), optional(deviceKey)),
});

/** EnOS, Update Device. */
export const updateDeviceBody = z.object(described);

export type DeviceStatus = 'online' | 'offline' | 'inactive';

/** A device as EnOS shows it (Get Device, Device Struct). What nobody here keeps is null. */
export type DeviceStruct = {
  readonly orgId: string | null;
  readonly assetId: string | null;
  readonly modelId: string | null;
  readonly modelIdPath: string | null;
  readonly productKey: string;
  readonly productName: Name18n;
  readonly productType: string;
  readonly dataFormat: string;
  readonly deviceKey: string | null;
  readonly deviceName: Name18n;
  readonly deviceSecret: string | null;
  readonly deviceDesc: string | null;
  readonly timezone: string;
  readonly deviceAttributes: JsonObject;
  readonly deviceTags: Record<string, string>;
  /** ms since 1970 */
  readonly createTime: number;
  readonly status: DeviceStatus;
  readonly activeTime: null;
  readonly lastOnlineTime: null;
  readonly lastOfflineTime: null;
  readonly measurepointLastUpdate: null;
  readonly eventLastUpdate: null;
  readonly attributeLastUpdate: null;
  readonly featureLastUpdate: null;
};
