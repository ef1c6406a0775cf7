import type { Decimal } from './decimal.js';
import type { Read } from './frame.js';

/** One value under the number that the product's model gives it. */
export interface TtlvField {
  /** 0..8191 */
  readonly number: number;
  readonly value: TtlvValue;
}
/** Texts are bytes on the wire; structures and lists are both fields within a field. */
export type TtlvValue = boolean | Decimal | Buffer | readonly TtlvField[];

const types = { false: 0, true: 1, number: 2, bytes: 3, fields: 4 } as const;
const mostFields = 0xffff;
/** Deeper nesting would overflow the stack of whoever walks the value later. */
const deepest = 16;
export const greatestNumber = 0x1fff;

/**
 * Each field: a tag of 16 bits (number · 8 + type), then what its type needs.
 * @throws RangeError for a number, length or value that does not fit.
 */
export function encodeFields(fields: readonly TtlvField[]): Buffer {
  return Buffer.concat(fields.map(encodeField));
}

function encodeField({ number, value }: TtlvField): Buffer {
  if (!Number.isInteger(number) || number < 0 || number > greatestNumber) throw new RangeError('no such field number');
  const tag = (type: number): Buffer => sixteenBits((number << 3) | type);
  if (typeof value === 'boolean') return tag(value ? types.true : types.false);
  if (Buffer.isBuffer(value)) return Buffer.concat([tag(types.bytes), lengthOf(value), value]);
  if ('decimals' in value) return Buffer.concat([tag(types.number), encodeNumber(value)]);
  return Buffer.concat([tag(types.fields), lengthOf(value), encodeFields(value)]);
}

/** A byte of sign (bit 7), decimals (bits 3 to 6) and length - 1 (bits 0 to 2), then the magnitude. */
function encodeNumber({ unscaled, decimals }: Decimal): Buffer {
  const hex = (unscaled < 0n ? -unscaled : unscaled).toString(16);
  const magnitude = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  if (magnitude.length > 8 || decimals < 0 || decimals > 15) throw new RangeError('the number does not fit');
  const meta = (unscaled < 0n ? 0x80 : 0) | (decimals << 3) | (magnitude.length - 1);
  return Buffer.concat([Buffer.from([meta]), magnitude]);
}

function lengthOf(value: { readonly length: number }): Buffer {
  if (value.length > mostFields) throw new RangeError('the value is too long');
  return sixteenBits(value.length);
}

function sixteenBits(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

/** Reads all fields of a payload. Never throws, whatever the bytes. */
export function decodeFields(payload: Buffer): Read<TtlvField[]> {
  try {
    const reader = new FieldReader(payload);
    const fields: TtlvField[] = [];
    while (!reader.atEnd) fields.push(reader.field(1));
    return { ok: true, value: fields };
  } catch (error) {
    if (error instanceof Unreadable) return { ok: false, reason: error.reason };
    throw error;
  }
}

class Unreadable extends Error {
  constructor(readonly reason: 'too-deep' | 'member fields') {
    super(reason);
  }
}

class FieldReader {
  #at = 0;

  constructor(private readonly bytes: Buffer) {}

  get atEnd(): boolean {
    return this.#at === this.bytes.length;
  }

  field(depth: number): TtlvField {
    if (depth > deepest) throw new Unreadable('too-deep');
    const tag = this.sixteenBits();
    return { number: tag >> 3, value: this.value(tag & 7, depth) };
  }

  private value(type: number, depth: number): TtlvValue {
    switch (type) {
      case types.false:
      case types.true:
        return type === types.true;
      case types.number:
        return this.number();
      case types.bytes:
        return this.take(this.sixteenBits());
      case types.fields: {
        const count = this.sixteenBits();
        const fields: TtlvField[] = [];
        // Each takes two bytes at least: a count that lies ends at the end of the bytes.
        while (fields.length < count) fields.push(this.field(depth + 1));
        return fields;
      }
      default:
        throw new Unreadable('member fields');
    }
  }

  private number(): Decimal {
    const meta = this.take(1)[0]!;
    const magnitude = BigInt(`0x${this.take((meta & 7) + 1).toString('hex')}`);
    return { unscaled: (meta & 0x80) === 0 ? magnitude : -magnitude, decimals: (meta >> 3) & 15 };
  }

  private sixteenBits(): number {
    return this.take(2).readUInt16BE();
  }

  private take(length: number): Buffer {
    if (this.#at + length > this.bytes.length) throw new Unreadable('member fields');
    this.#at += length;
    return this.bytes.subarray(this.#at - length, this.#at);
  }
}
