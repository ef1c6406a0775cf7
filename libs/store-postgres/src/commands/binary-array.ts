/** What a column of a row set may be. */
export type ColumnType = 'bigint' | 'integer' | 'smallint' | 'text' | 'jsonb';
/** A bigint may be digits; jsonb is JSON text. */
export type ColumnValue = string | number | null;

interface Element {
  /** The type's number in pg_type, fixed for ever. */
  readonly oid: number;
  /** Bytes of a value. */
  size(value: string | number): number;
  write(value: string | number, into: Buffer, at: number): void;
}

/** The first byte of jsonb as it crosses the wire (jsonb_recv). */
const JSONB_VERSION = 1;
const text = (value: string | number): string => (typeof value === 'string' ? value : String(value));

/** A Buffer would cut a fraction off in silence. */
function whole(value: string | number): number {
  const number = Number(value);
  if (!Number.isInteger(number)) throw new RangeError(`${String(value)} is not a whole number`);
  return number;
}

const ELEMENTS: Readonly<Record<ColumnType, Element>> = {
  bigint: {
    oid: 20,
    size: () => 8,
    write: (value, into, at) => void into.writeBigInt64BE(BigInt(value), at),
  },
  integer: { oid: 23, size: () => 4, write: (value, into, at) => void into.writeInt32BE(whole(value), at) },
  smallint: { oid: 21, size: () => 2, write: (value, into, at) => void into.writeInt16BE(whole(value), at) },
  text: {
    oid: 25,
    size: (value) => Buffer.byteLength(text(value)),
    write: (value, into, at) => void into.write(text(value), at),
  },
  jsonb: {
    oid: 3802,
    size: (value) => 1 + Buffer.byteLength(text(value)),
    write: (value, into, at) => {
      into[at] = JSONB_VERSION;
      into.write(text(value), at + 1);
    },
  },
};

const HEAD_BYTES = 20;

/**
 * A one-dimensional array as Postgres sends and takes it in binary (array_recv): dimensions, whether there are nulls, the type
 * of the elements, length, first index; then each element behind its length. pg sends a Buffer as it is. As a literal of
 * text every element was put in quotes and searched twice for what to escape, and Postgres read it a character at a time
 * (4.4 µs to make the 25 columns of an accepted command, against 2.4).
 * @throws RangeError for a number that the type cannot hold, or a fraction; SyntaxError for a bigint that is none
 */
export function binaryArray(type: ColumnType, values: readonly ColumnValue[]): Buffer {
  const { oid, size, write } = ELEMENTS[type];
  const sizes = values.map((value) => (value === null ? -1 : size(value)));
  const bytes = Buffer.allocUnsafe(sizes.reduce((sum, each) => sum + 4 + Math.max(each, 0), HEAD_BYTES));
  bytes.writeInt32BE(1, 0);
  bytes.writeInt32BE(sizes.includes(-1) ? 1 : 0, 4);
  bytes.writeInt32BE(oid, 8);
  bytes.writeInt32BE(values.length, 12);
  bytes.writeInt32BE(1, 16);
  let at = HEAD_BYTES;
  for (const [index, value] of values.entries()) {
    const length = sizes[index]!;
    bytes.writeInt32BE(length, at);
    at += 4;
    if (value === null) continue;
    write(value, bytes, at);
    at += length;
  }
  return bytes;
}
