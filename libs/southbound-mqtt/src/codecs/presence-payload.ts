import { readJsonObject } from './json-payload.js';
import type { DecodedUplink } from './wire-format-codec.js';

/** Reads `{ "online": true, "epoch": 7 }`, the word of native devices and of gateways on a device's presence. Never throws. */
export function readPresence(from: DecodedUplink['from'], payload: Buffer): DecodedUplink {
  const read = readJsonObject(payload);
  if (!read.ok) return { kind: 'unreadable', from, reason: read.reason };
  const { online, epoch } = read.value;
  if (typeof online !== 'boolean') return { kind: 'unreadable', from, reason: 'member online' };
  const readableEpoch = epoch ?? undefined;
  if (readableEpoch !== undefined && !(typeof readableEpoch === 'number' && Number.isSafeInteger(readableEpoch))) {
    return { kind: 'unreadable', from, reason: 'member epoch' };
  }
  return {
    kind: online ? 'reachable' : 'unreachable',
    from,
    ...(readableEpoch === undefined ? {} : { epoch: readableEpoch }),
  };
}
