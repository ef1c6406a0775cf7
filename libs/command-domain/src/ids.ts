/**
 * Ids and their spellings. A command id is one 63-bit integer, ordered by time; everything else is a way to write it.
 * It travels as its 19 decimal digits, because JavaScript numbers end at 2^53 and all ids have 19 digits, so that
 * comparing the texts compares the numbers.
 */

/** A device command's id: 19 decimal digits, 63 bits, ordered by the time it was made. */
export type CommandId = string & { readonly brand: 'CommandId' };

/** Whatever the application calls its device; unique over the installation. */
export type DeviceId = string;

/** 2010-01-01T00:00:00Z: with it the ids have 19 digits from mid-2017 until 2079. */
export const COMMAND_ID_EPOCH_MS = 1_262_304_000_000;
export const WORKER_BITS = 10n;
export const SEQUENCE_BITS = 12n;
export const MAX_WORKER = 2 ** Number(WORKER_BITS) - 1;
export const MAX_SEQUENCE = 2 ** Number(SEQUENCE_BITS) - 1;

const MAX_ID = 2n ** 63n - 1n;
const TIME_SHIFT = WORKER_BITS + SEQUENCE_BITS;

/**
 * Builds an id from its parts.
 * @param timeMs milliseconds since 1970, database time
 * @param worker 0..1023, leased, so that no two live processes share it
 * @param sequence 0..4095, the running number within the millisecond
 */
export function makeCommandId(timeMs: number, worker: number, sequence: number): CommandId {
  const time = BigInt(timeMs - COMMAND_ID_EPOCH_MS);
  return spell((time << TIME_SHIFT) | (BigInt(worker) << SEQUENCE_BITS) | BigInt(sequence));
}

/** The smallest id that a command made at this instant (ms since 1970) can have: ranges of time are ranges of ids. */
export function firstCommandIdAt(timeMs: number): CommandId {
  return makeCommandId(Math.max(timeMs, COMMAND_ID_EPOCH_MS), 0, 0);
}

/** When the id was made, in ms since 1970. */
export function timeOfCommandId(id: CommandId): number {
  return Number(BigInt(id) >> TIME_SHIFT) + COMMAND_ID_EPOCH_MS;
}

/** Reads 19 decimal digits (EnOS commandId, Quectel ticket, native id); undefined when it is no such id. */
export function parseCommandId(text: string): CommandId | undefined {
  if (!/^\d{19}$/.test(text)) return undefined;
  return BigInt(text) <= MAX_ID ? (text as CommandId) : undefined;
}

/** Spells the id as Huawei's 32 hex digits: the 64 bits behind sixteen zeros. */
export function toHex32(id: CommandId): string {
  return BigInt(id).toString(16).padStart(32, '0');
}

/** Reads Huawei's 32 hex digits; undefined when it is no id of ours. */
export function parseHex32(text: string): CommandId | undefined {
  if (!/^0{16}[0-9a-f]{16}$/i.test(text)) return undefined;
  const value = BigInt(`0x${text}`);
  return value <= MAX_ID ? spell(value) : undefined;
}

function spell(value: bigint): CommandId {
  return value.toString().padStart(19, '0') as CommandId;
}
