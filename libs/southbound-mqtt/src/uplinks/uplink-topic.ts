import { createHash } from 'node:crypto';
import { isTopicSafe } from '../codecs/topic-safety.js';

/** How many receiving sessions share what devices behind gateways say. Changing it strands what is queued in the sessions left out. */
export const UPLINK_BUCKETS = 8;

const prefix = 'downlink/v1/uplinks/';

/**
 * What a gateway itself says of a device's presence stands on this topic within. No device may publish on it, in any wire format, so
 * the two words are never taken for each other.
 */
export const GATEWAY_PRESENCE = 'presence';

/** An uplink as a gateway hands it on: who said it is proven, whatever the topic within says. */
export interface UplinkTopic {
  /** 0..UPLINK_BUCKETS - 1 */
  readonly bucket: number;
  readonly deviceId: string;
  /** The topic as the device published on it. */
  readonly topic: string;
}

/** The bucket of a device: the first four bytes of the SHA-1 of its id, modulo the number of buckets. */
export function bucketOf(deviceId: string): number {
  return createHash('sha1').update(deviceId).digest().readUInt32BE(0) % UPLINK_BUCKETS;
}

/** What goes before a device's own topic; made once for each connection. @throws TypeError when the id is no topic level. */
export function uplinkPrefix(deviceId: string): string {
  if (!isTopicSafe(deviceId)) throw new TypeError('device id cannot be part of a topic');
  return `${prefix}${bucketOf(deviceId)}/${deviceId}/`;
}

/** Where a device's publish on `topic` is handed on, the topic as it is. @throws TypeError when the id is no topic level. */
export function uplinkTopic(deviceId: string, topic: string): string {
  return uplinkPrefix(deviceId) + topic;
}

/** Takes such a topic apart; undefined for any other. Never throws. */
export function parseUplinkTopic(topic: string): UplinkTopic | undefined {
  if (!topic.startsWith(prefix)) return undefined;
  const bucket = topic.charCodeAt(prefix.length) - 0x30;
  const from = prefix.length + 2;
  const until = topic.indexOf('/', from);
  if (topic[from - 1] !== '/' || bucket < 0 || bucket >= UPLINK_BUCKETS || until < 0 || until + 1 >= topic.length)
    return undefined;
  const deviceId = topic.slice(from, until);
  return isTopicSafe(deviceId) ? { bucket, deviceId, topic: topic.slice(until + 1) } : undefined;
}
