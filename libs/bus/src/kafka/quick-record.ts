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
  const [keySize, valueSize] = [sizeOf(key), sizeOf(value)];
  let size = 1 + sizeOfNumber(timestampDelta) + sizeOfNumber(offsetDelta) + sizeOfNumber(headers.length);
  size += sizeOfNumber(keySize) + Math.max(keySize, 0) + sizeOfNumber(valueSize) + Math.max(valueSize, 0);
  const sizes: number[] = [];
  for (const header of headers) {
    for (const part of header) {
      const each = sizeOf(part);
      sizes.push(each);
      size += sizeOfNumber(each) + each;
    }
  }
  const buf = Buffer.allocUnsafe(sizeOfNumber(size) + size);
  let at = writeNumber(buf, size, 0);
  buf[at] = 0; // attributes: none is in use
  at = writeNumber(buf, timestampDelta, at + 1);
  at = writeNumber(buf, offsetDelta, at);
  at = writeBytes(buf, key, keySize, at);
  at = writeBytes(buf, value, valueSize, at);
  at = writeNumber(buf, headers.length, at);
  let next = 0;
  for (const header of headers) for (const part of header) at = writeBytes(buf, part, sizes[next++]!, at);
  return { buf, buffer: buf };
}

const sizeOf = (bytes: Bytes | null): number => (bytes === null ? -1 : Buffer.byteLength(bytes));

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
