import { z } from 'zod';
import { optional, text } from './fields.js';

/** The vendor's String(256), which most texts about a device are. */
export const word = text(256);

/** A boolean, or its name as the official Python SDK sends it; `null` is absent. */
export const optionalFlag = z
  .unknown()
  .optional()
  .transform((value, context): boolean | undefined => {
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'boolean') return value;
    const name = typeof value === 'string' ? value.toLowerCase() : '';
    if (name === 'true' || name === 'false') return name === 'true';
    context.addIssue({ code: 'custom', message: 'expected true or false' });
    return z.NEVER;
  });

/** psk: 8 to 32 hex digits. */
export const psk = z.string().regex(/^[0-9a-fA-F]{8,32}$/, { message: 'expected 8 to 32 hex digits' });

const optionalText = (max: number) => optional(z.string().max(max));

/** What an application says of a device beside its nodeId (structure DeviceInfo of the vendor's device calls). */
export const deviceInfoMembers = {
  name: optionalText(256),
  description: optionalText(2048),
  manufacturerId: optionalText(256),
  manufacturerName: optionalText(256),
  mac: optionalText(256),
  location: optionalText(2048),
  deviceType: optionalText(256),
  model: optionalText(256),
  swVersion: optionalText(256),
  fwVersion: optionalText(256),
  hwVersion: optionalText(256),
  protocolType: optionalText(256),
  bridgeId: optionalText(256),
  mute: optionalText(256),
  supportedSecurity: optionalText(256),
  isSecurity: optionalText(256),
  signalStrength: optionalText(256),
  sigVersion: optionalText(256),
  serialNumber: optionalText(256),
  batteryLevel: optionalText(256),
} as const;

export type DeviceInfoMember = keyof typeof deviceInfoMembers;
export const DEVICE_INFO_MEMBERS = Object.keys(deviceInfoMembers) as DeviceInfoMember[];
