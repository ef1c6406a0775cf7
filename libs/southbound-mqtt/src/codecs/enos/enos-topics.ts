import { INVOKE, type ProductModel } from '@downlink/command-engine';
import { keyedName, type DeviceAddress, type KeyedName } from '../device-name.js';
import { isTopicSafe } from '../topic-safety.js';

/** Downlink topics that exist whatever the model says, behind `/sys/{productKey}/{deviceKey}/`. */
export const fixedCommands = {
  write: 'thing/service/measurepoint/set',
  read: 'thing/service/measurepoint/get',
  raw: 'thing/model/down_raw',
} as const;

const servicePrefix = 'thing/service/';
const replySuffix = '_reply';
const activation = /^\/ext\/session\/([^/]+)\/([^/]+)\/thing\/activate\/info$/;

/** `/sys/{productKey}/{deviceKey}/`: nearly everything between the cloud and one device is below it. */
export function ownPrefix(device: DeviceAddress): string {
  const { productKey, deviceKey } = keyedName(device);
  return `/sys/${productKey}/${deviceKey}/`;
}

/** What EnOS calls a service: its name, and the method with it where a canonical service has several. */
export function serviceIdentifier(service: string, method: string): string {
  return method === INVOKE ? service : `${service}.${method}`;
}

/** A service whose name would make its topic another's: several levels, a wildcard, or what ends as answers do. */
export function isServiceIdentifier(identifier: string): boolean {
  return isTopicSafe(identifier) && !identifier.endsWith(replySuffix);
}

/**
 * The identifiers of all services of a model, as `subscriptionsFor` takes them. Properties and raw bytes have topics of their own,
 * which need no model.
 */
export function servicesOf(model: ProductModel | null): string[] {
  if (model === null) return [];
  return model.services.flatMap(({ id, methods }) => methods.map(({ name }) => serviceIdentifier(id, name)));
}

export function serviceTopic(device: DeviceAddress, identifier: string): string {
  return `${ownPrefix(device)}${servicePrefix}${identifier}`;
}

/** What stands behind `/sys/{productKey}/{deviceKey}/`, and whose it is; undefined for topics of another shape. */
export function parseOwnTopic(topic: string): { from: KeyedName; rest: string } | undefined {
  if (!topic.startsWith('/sys/')) return undefined;
  const afterProduct = topic.indexOf('/', 5);
  const afterDevice = afterProduct < 0 ? -1 : topic.indexOf('/', afterProduct + 1);
  if (afterDevice < 0) return undefined;
  const from = { productKey: topic.slice(5, afterProduct), deviceKey: topic.slice(afterProduct + 1, afterDevice) };
  return { from, rest: topic.slice(afterDevice + 1) };
}

/** The device that answers its dynamic activation on this topic; undefined for any other. */
export function parseActivationReply(topic: string): KeyedName | undefined {
  if (!topic.endsWith(replySuffix)) return undefined;
  const match = activation.exec(topic.slice(0, -replySuffix.length));
  return match ? { productKey: match[1]!, deviceKey: match[2]! } : undefined;
}

/** Whether the cloud speaks on it (commands, synchronous calls): no device may. `rest` as of `parseOwnTopic`. */
export function isDownlink(rest: string): boolean {
  if (rest.startsWith('rrpc/request/')) return true;
  return (rest.startsWith(servicePrefix) || rest === fixedCommands.raw) && !rest.endsWith(replySuffix);
}

/** Whether an answer to a command stands on it. */
export function isReply(rest: string): boolean {
  return (
    (rest.startsWith(servicePrefix) || rest === `${fixedCommands.raw}${replySuffix}`) && rest.endsWith(replySuffix)
  );
}

/** What the cloud says to a report of the device: for the device to hear, never to publish. */
export function isReplyToReport(rest: string): boolean {
  return rest.endsWith(replySuffix) && !isReply(rest) && !isEcho(rest);
}

/** An answer to an answer: the beginning of an endless echo. */
export function isEcho(topic: string): boolean {
  return topic.endsWith(`${replySuffix}${replySuffix}`);
}
