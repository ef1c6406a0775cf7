/** What kafkajs hands to its encoder of a record. */
export interface RecordToEncode {
  readonly offsetDelta?: number;
  /** ms after the first record of the batch */
  readonly timestampDelta?: number;
  readonly key?: unknown;
  readonly value?: unknown;
  readonly headers?: Readonly<Record<string, unknown>>;
}

/** What it takes back: of an encoder, what its batches look at. */
export interface EncodedRecord {
  readonly buf: Buffer;
  readonly buffer: Buffer;
}

type Bytes = Buffer | string;
type Plain = Required<Omit<RecordToEncode, 'key' | 'value' | 'headers'>> & {
  readonly key: Bytes | null;
  readonly value: Bytes | null;
  readonly headers: readonly (readonly [name: string, value: Bytes])[];
};

/**
 * Encodes a record of a record batch (Kafka protocol guide, "Record Batch", version 2), in one pass over one buffer. kafkajs
 * 2.2.4 takes an encoder for each header and a list of bytes for each number: 14 µs a fact, against 4. Anything that is not
 * texts, bytes and small numbers is left to `otherwise`, which is kafkajs's own.
 */
export function quickRecord<T>(
  otherwise: (record: RecordToEncode) => T,
): (record: RecordToEncode) => T | EncodedRecord {
  return (record) => {
    const plain = plainOf(record);
    return plain === undefined ? otherwise(record) : encode(plain);
  };
}

/** Below 2^30, so that doubling it (zigzag) stays a number of 31 bits. */
const MOST = 0x3fffffff;

function plainOf({ offsetDelta = 0, timestampDelta = 0, key = null, value = null, headers = {} }: RecordToEncode) {
  const entries = Object.entries(headers);
  const fits =
    isSmall(offsetDelta) &&
    isSmall(timestampDelta) &&
    (key === null || isBytes(key)) &&
    (value === null || isBytes(value)) &&
    entries.every(([, text]) => isBytes(text));
  return fits ? ({ offsetDelta, timestampDelta, key, value, headers: entries } as Plain) : undefined;
}

const isBytes = (value: unknown): value is Bytes => typeof value === 'string' || Buffer.isBuffer(value);
const isSmall = (value: number): boolean => Number.isInteger(value) && value >= 0 && value <= MOST;

function encode({ offsetDelta, timestampDelta, key, value, headers }: Plain): EncodedRecord {
  const sizes = [key, value, ...headers.flat()].map((bytes) => (bytes === null ? -1 : Buffer.byteLength(bytes)));
  const numbers = sizeOfNumber(timestampDelta) + sizeOfNumber(offsetDelta) + sizeOfNumber(headers.length);
  const size = sizes.reduce((sum, each) => sum + sizeOfNumber(each) + Math.max(each, 0), 1 + numbers);
  const buf = Buffer.allocUnsafe(sizeOfNumber(size) + size);
  let at = writeNumber(buf, size, 0);
  buf[at] = 0; // attributes: none is in use
  at = writeNumber(buf, timestampDelta, at + 1);
  at = writeNumber(buf, offsetDelta, at);
  at = writeBytes(buf, key, sizes[0]!, at);
  at = writeBytes(buf, value, sizes[1]!, at);
  at = writeNumber(buf, headers.length, at);
  for (const [index, [name, text]] of headers.entries()) {
    at = writeBytes(buf, name, sizes[2 + 2 * index]!, at);
    at = writeBytes(buf, text, sizes[3 + 2 * index]!, at);
  }
  return { buf, buffer: buf };
}

/** Null is written as the length -1. */
function writeBytes(buf: Buffer, bytes: Bytes | null, size: number, at: number): number {
  const begin = writeNumber(buf, size, at);
  if (bytes === null) return begin;
  if (typeof bytes === 'string') buf.write(bytes, begin);
  else bytes.copy(buf, begin);
  return begin + size;
}

const zigzag = (value: number): number => (value << 1) ^ (value >> 31);

/** Seven bits a byte, the lowest first. */
function writeNumber(buf: Buffer, value: number, at: number): number {
  let left = zigzag(value);
  let next = at;
  for (; left > 0x7f; left >>>= 7) buf[next++] = (left & 0x7f) | 0x80;
  buf[next] = left;
  return next + 1;
}

function sizeOfNumber(value: number): number {
  let size = 1;
  for (let left = zigzag(value); left > 0x7f; left >>>= 7) size += 1;
  return size;
}
