import { z } from 'zod';
import { optionalFlag, psk, word } from './device-fields.js';
import { jsonObject, optional, text } from './fields.js';

/** The body of Huawei, Modifying Device Information v1.4.0. What is left out or null stays as it is; unknown members are ignored. */
export const modifyDeviceBody = z.object({
  name: optional(word),
  endUser: optional(word),
  mute: optional(word),
  manufacturerId: optional(word),
  manufacturerName: optional(word),
  deviceType: optional(word),
  model: optional(word),
  location: optional(text(1024)),
  protocolType: optional(word),
  region: optional(word),
  organization: optional(word),
  timezone: optional(word),
  imsi: optional(text(64)),
  ip: optional(word),
  psk: optional(psk),
  isSecure: optionalFlag,
  productId: optional(word),
  deviceConfig: optional(jsonObject),
});

export type ModifyDeviceBody = z.output<typeof modifyDeviceBody>;
