import { GATEWAY_PRESENCE, parseUplinkTopic } from '../uplinks/uplink-topic.js';
import { enosCodec } from './enos/enos.codec.js';
import { huaweiCodec } from './huawei/huawei.codec.js';
import { nativeCodec } from './native/native.codec.js';
import { readPresence } from './presence-payload.js';
import { quectelCodec } from './quectel/quectel.codec.js';
import type { DecodedUplink, WireFormat, WireFormatCodec } from './wire-format-codec.js';

/** Every wire format with its codec, in the vendors' exact spelling. */
export const wireFormats: Readonly<Record<WireFormat, WireFormatCodec>> = {
  native: nativeCodec,
  huawei: huaweiCodec(),
  enos: enosCodec,
  quectel: quectelCodec,
};

/**
 * The filters of devices without a gateway, for a platform that serves them all. Not those of EnOS (`wireFormats.enos.filters`):
 * they match our own commands as well, so that no broker could say any more that nobody listens; whoever needs them asks for them.
 */
export const uplinkFilters: readonly string[] = Object.values(wireFormats)
  .filter(({ name }) => name !== 'enos')
  .flatMap(({ filters }) => filters);

export interface DecodedMessage {
  readonly wireFormat: WireFormat;
  readonly uplink: DecodedUplink;
}

/**
 * Decodes a message with the format that its topic belongs to; the formats' topics do not overlap. What a gateway handed on is
 * in the name of the device that it names, and unreadable where the topic within is another device's. The gateway knows
 * exactly when a device comes and goes: what the device says of that itself counts, but its epoch does not, because one from a
 * clock that runs ahead would make the gateway's next word an old one. Never throws.
 * `undefined` when no format knows the topic.
 */
export function decodeUplink(topic: string, payload: Buffer, retained = false): DecodedMessage | undefined {
  const handedOn = parseUplinkTopic(topic);
  if (handedOn === undefined) return decodeOwn(topic, payload, retained);
  const from = { deviceId: handedOn.deviceId };
  if (handedOn.topic === GATEWAY_PRESENCE) return { wireFormat: 'native', uplink: readPresence(from, payload) };
  const decoded = decodeOwn(handedOn.topic, payload, retained);
  if (decoded === undefined) return undefined;
  const { wireFormat, uplink } = decoded;
  if ('deviceId' in uplink.from && uplink.from.deviceId !== handedOn.deviceId) {
    return { wireFormat, uplink: { kind: 'unreadable', from, reason: 'device-id' } };
  }
  if (uplink.kind === 'reachable' || uplink.kind === 'unreachable')
    return { wireFormat, uplink: { kind: uplink.kind, from } };
  return { wireFormat, uplink: { ...uplink, from } };
}

function decodeOwn(topic: string, payload: Buffer, retained: boolean): DecodedMessage | undefined {
  for (const codec of Object.values(wireFormats)) {
    const uplink = codec.decode(topic, payload, retained);
    if (uplink) return { wireFormat: codec.name, uplink };
  }
  return undefined;
}
