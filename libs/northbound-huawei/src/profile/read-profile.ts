import { isJsonObject, type Json } from '@downlink/command-domain';
import {
  deviceTypeSchema,
  serviceSchema,
  type DeviceTypeCapability,
  type ServiceCapability,
} from './capability-schema.js';
import { entriesOf, readEntry, type Entry } from './capability-entries.js';
import { WrongMember, type MemberPath } from './wrong-member.js';

/** A service of the device: what its device type says of it, and the service type behind it. */
export interface ProfileService extends ServiceCapability {
  readonly serviceId: string;
  readonly option: string;
  /** Where its service type stands in the document. */
  readonly path: MemberPath;
}

/** What the vendor tells device types apart by. */
export type ProfileIdentity = Omit<DeviceTypeCapability, 'serviceTypeCapabilities'>;

/** Both capability files, read. */
export interface Profile {
  readonly identity: ProfileIdentity;
  readonly services: readonly ProfileService[];
}

/**
 * Reads a device profile (Huawei, Profile Writing Guide; Fields in the Profile Sample): `devicetype` is the content of
 * devicetype-capability.json, `servicetype` that of one or several servicetype-capability.json; each may also be the bare list
 * inside. Pure. @throws WrongMember for the first wrong member
 */
export function readProfile(document: Json): Profile {
  if (!isJsonObject(document)) throw new WrongMember([], 'expected an object with devicetype and servicetype');
  const [entry, second] = entriesOf(document['devicetype'], ['devicetype'], 'devices');
  if (entry === undefined) throw new WrongMember(['devicetype'], 'describes no device type');
  if (second !== undefined) throw new WrongMember(second.path, 'expected one device type only');
  const { serviceTypeCapabilities, ...identity } = readEntry(deviceTypeSchema, entry);
  const types = serviceTypes(entriesOf(document['servicetype'], ['servicetype'], 'services'));
  const list = [...entry.path, 'serviceTypeCapabilities'];
  refuseTwins(serviceTypeCapabilities, ({ serviceId }) => serviceId, list);
  const services = serviceTypeCapabilities.map(({ serviceId, serviceType, option }, index) => {
    const type = types.get(serviceType);
    if (type === undefined) throw new WrongMember([...list, index, 'serviceType'], 'has no servicetype-capability');
    return { ...type, serviceId, option: option ?? 'Optional' };
  });
  return { identity, services };
}

function serviceTypes(entries: readonly Entry[]): Map<string, ServiceCapability & Pick<ProfileService, 'path'>> {
  const found = entries.map((entry) => ({ ...readEntry(serviceSchema, entry), path: entry.path }));
  for (const { commands, properties, path } of found) {
    refuseTwins(commands, ({ commandName }) => commandName, [...path, 'commands']);
    refuseTwins(properties, ({ propertyName }) => propertyName, [...path, 'properties']);
  }
  const types = new Map(found.map((type) => [type.serviceType, type]));
  const twin = found.find((type) => types.get(type.serviceType) !== type);
  if (twin) throw new WrongMember([...types.get(twin.serviceType)!.path, 'serviceType'], 'stands here twice');
  return types;
}

function refuseTwins<T>(items: readonly T[], nameOf: (item: T) => string, path: MemberPath): void {
  const names = new Set<string>();
  for (const [index, item] of items.entries()) {
    if (names.has(nameOf(item))) throw new WrongMember([...path, index], 'its name stands here twice');
    names.add(nameOf(item));
  }
}
