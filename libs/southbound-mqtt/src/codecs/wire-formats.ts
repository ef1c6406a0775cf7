import { huaweiCodec } from './huawei/huawei.codec.js';
import { nativeCodec } from './native/native.codec.js';
import type { Uplink, WireFormat, WireFormatCodec } from './wire-format-codec.js';

/** Every wire format with its codec, in the vendors' exact spelling. */
export const wireFormats: Readonly<Record<WireFormat, WireFormatCodec>> = {
  native: nativeCodec,
  huawei: huaweiCodec(),
};

/** The filters of all formats: what a platform that serves them all subscribes to. */
export const uplinkFilters: readonly string[] = Object.values(wireFormats).flatMap(({ filters }) => filters);

/**
 * Decodes a message with the format that its topic belongs to; the formats' topics do not overlap. Never throws.
 * `undefined` when no format knows the topic.
 */
export function decodeUplink(
  topic: string,
  payload: Buffer,
  retained = false,
): { wireFormat: WireFormat; uplink: Uplink } | undefined {
  for (const codec of Object.values(wireFormats)) {
    const uplink = codec.decode(topic, payload, retained);
    if (uplink) return { wireFormat: codec.name, uplink };
  }
  return undefined;
}
