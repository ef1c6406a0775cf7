import { isJsonObject, type Json, type JsonObject } from '@downlink/command-domain';
import type { Device } from '@downlink/command-engine';
import { DEVICE_INFO_MEMBERS, type DeviceInfoMember } from '../wire/device-fields.js';

/** The member of a device's attributes that is this dialect's. */
const NAME = 'huawei';

/** What this dialect keeps of a device beside the canonical members. */
export interface Kept {
  readonly deviceInfo: Readonly<Partial<Record<DeviceInfoMember, string | undefined>>>;
  readonly imsi?: string | undefined;
  readonly isSecure?: boolean | undefined;
  /** When it was last modified, ms since 1970. */
  readonly modifiedAt?: number | undefined;
  /** Whatever else an application said of it, by the vendor's names; never read by us. */
  readonly said?: JsonObject | undefined;
}

/** Reads leniently: attributes may also come from a provisioning file. */
export function keptOf({ attributes }: Pick<Device, 'attributes'>): Kept {
  const kept = objectOf(attributes[NAME]);
  const info = objectOf(kept['deviceInfo']);
  const members = DEVICE_INFO_MEMBERS.flatMap((name) => {
    const value = info[name];
    return typeof value === 'string' ? [[name, value] as const] : [];
  });
  const { imsi, isSecure, modifiedAt } = kept;
  return {
    deviceInfo: Object.fromEntries(members),
    ...(typeof imsi === 'string' && { imsi }),
    ...(typeof isSecure === 'boolean' && { isSecure }),
    ...(typeof modifiedAt === 'number' && { modifiedAt }),
    said: objectOf(kept['said']),
  };
}

/** As it is stored: members that are undefined are left out. */
export function attributesOf(kept: Kept): JsonObject {
  return { [NAME]: withoutAbsent({ ...kept, deviceInfo: withoutAbsent(kept.deviceInfo), said: kept.said ?? {} }) };
}

/** What of this is there. */
export function withoutAbsent(members: Readonly<Record<string, Json | undefined>>): JsonObject {
  return Object.fromEntries(
    Object.entries(members).filter((member): member is [string, Json] => member[1] !== undefined),
  );
}

/** A search for devices of which an application said this. */
export function saidOfDevice(deviceInfo: Readonly<Partial<Record<DeviceInfoMember, string | undefined>>>): JsonObject {
  return { [NAME]: { deviceInfo: withoutAbsent(deviceInfo) } };
}

function objectOf(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}
