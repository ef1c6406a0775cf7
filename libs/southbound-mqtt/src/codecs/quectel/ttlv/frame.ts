import type { UnreadableReason } from '../../unreadable-reason.js';
import { stuff, unstuff } from './byte-stuffing.js';

const start = Buffer.from([0xaa, 0xaa]);
/** Length and checksum; packet id and command behind them are counted by the length. */
const headerBytes = 3;
const longestPayload = 0xffff - 5;

/** The commands that are known. A service call has none. */
export const frameCommands = { read: 0x0011, readAnswer: 0x0012, write: 0x0013, data: 0x0014 } as const;

export interface TtlvFrame {
  /** 0..65535; an answer has that of its question. */
  readonly packetId: number;
  /** 0..65535, see `frameCommands`. */
  readonly command: number;
  /** At most 65,530 bytes. */
  readonly payload: Buffer;
}

export type Read<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: UnreadableReason };

/** Whether the bytes begin as frames do. No JSON text does. */
export function looksLikeFrame(bytes: Buffer): boolean {
  return bytes.length >= 2 && bytes[0] === start[0] && bytes[1] === start[1];
}

/**
 * The bytes of one frame: AA AA, length (2) of what follows it, checksum (1) over what follows that, packet id (2), command (2),
 * payload; big-endian, with fillers behind AA AA.
 * @throws RangeError for more than a frame can hold.
 */
export function encodeFrame({ packetId, command, payload }: TtlvFrame): Buffer {
  if (payload.length > longestPayload) throw new RangeError('the payload is longer than a frame can be');
  const body = Buffer.alloc(headerBytes + 4 + payload.length);
  body.writeUInt16BE(body.length - 2, 0);
  body.writeUInt16BE(packetId, 3);
  body.writeUInt16BE(command, 5);
  payload.copy(body, 7);
  body[2] = checksum(body);
  return Buffer.concat([start, stuff(body)]);
}

/** Reads exactly one frame. Never throws, whatever the bytes. */
export function decodeFrame(bytes: Buffer): Read<TtlvFrame> {
  if (!looksLikeFrame(bytes)) return { ok: false, reason: 'member start' };
  const body = unstuff(bytes.subarray(2));
  if (body.length < headerBytes + 4 || body.readUInt16BE(0) !== body.length - 2) {
    return { ok: false, reason: 'member length' };
  }
  if (body[2] !== checksum(body)) return { ok: false, reason: 'member checksum' };
  return {
    ok: true,
    value: { packetId: body.readUInt16BE(3), command: body.readUInt16BE(5), payload: body.subarray(7) },
  };
}

/** The low byte of the sum of everything behind the checksum. */
function checksum(body: Buffer): number {
  let sum = 0;
  for (let at = headerBytes; at < body.length; at += 1) sum += body[at]!;
  return sum & 0xff;
}
