import { UnsendableCommand } from './unsendable-command.js';

const longestDeviceId = 128;
// MQTT 3.1.1 §4.7 and §1.5.3: wildcards, separator and U+0000 break a topic name; brokers close the connection over other
// control characters and half surrogate pairs as well.
const unsafe = /[+#/\p{Cc}\p{Cs}]/u;

/** True when the device id can be a level of a topic: 1 to 128 characters, none of them `+`, `#`, `/` or a control character. */
export function isTopicSafe(deviceId: string): boolean {
  return deviceId.length > 0 && deviceId.length <= longestDeviceId && !unsafe.test(deviceId);
}

/** @throws UnsendableCommand when the name (`what` it is: `device id`) cannot be a level of a topic. */
export function assertTopicSafe(name: string, what = 'device id'): void {
  if (!isTopicSafe(name)) throw new UnsendableCommand(`${what} cannot be part of a topic`);
}

/** The device id that stands between prefix and suffix (one level, possibly unsafe), or undefined for another topic. */
export function deviceIdBetween(topic: string, prefix: string, suffix: string): string | undefined {
  if (!topic.startsWith(prefix) || !topic.endsWith(suffix) || topic.length <= prefix.length + suffix.length)
    return undefined;
  const deviceId = topic.slice(prefix.length, -suffix.length);
  return deviceId.includes('/') ? undefined : deviceId;
}
