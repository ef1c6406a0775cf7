import type { Json } from '@downlink/command-domain';
import type { ValueType } from '@downlink/command-engine';

type Scalar = string | number | boolean;
type ScalarType = Exclude<ValueType, { type: 'object' | 'array' | 'any' | 'time' }>;

const INTEGER = /^[+-]?\d{1,16}$/;
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
/** ms since 1970 as text (Quectel, Thing Model: DATE); 13 digits last until 2286. */
const MILLISECONDS = /^\d{1,13}$/;
const BOOLEANS = new Map<Scalar, boolean>([
  ['true', true],
  ['false', false],
  ['1', true],
  ['0', false],
  [1, true],
  [0, false],
]);

/** A single value as the vendor writes it, by its type; left as it came when it cannot be read so. */
export function readScalar(value: Scalar, type: ScalarType): Scalar {
  switch (type.type) {
    case 'integer':
      return readNumber(value, INTEGER);
    case 'decimal':
      return readNumber(value, DECIMAL);
    case 'boolean':
      return BOOLEANS.get(value) ?? value;
    case 'enum':
      return type.values.find((allowed) => String(allowed) === String(value)) ?? value;
    case 'text':
      return value;
  }
}

function readNumber(value: Scalar, form: RegExp): Scalar {
  if (typeof value !== 'string' || !form.test(value)) return value;
  const number = Number(value);
  const exact = form === INTEGER ? Number.isSafeInteger(number) : Number.isFinite(number);
  // No negative zero, which JSON does not keep.
  return exact ? number + 0 : value;
}

/** A time as the vendor writes it, in RFC 3339; undefined for anything else. */
export function readTime(value: Scalar): string | undefined {
  const text = String(value);
  return MILLISECONDS.test(text) ? new Date(Number(text)).toISOString() : undefined;
}

/** A single value as the vendor writes it: always as text. Times in the vendor's milliseconds when they are times. */
export function writeScalar(value: Scalar, type: ValueType): string {
  if (type.type !== 'time' || typeof value !== 'string') return String(value);
  const ms = Date.parse(value);
  return Number.isNaN(ms) || ms < 0 ? value : String(ms);
}

export function isScalar(value: Json): value is Scalar {
  return typeof value !== 'object';
}
