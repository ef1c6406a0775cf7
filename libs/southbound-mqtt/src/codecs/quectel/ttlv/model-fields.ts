import { isJsonObject } from '@downlink/command-domain';
import type { ValueType } from '@downlink/command-engine';
import { UnsendableCommand } from '../../unsendable-command.js';
import type { JsonObject, JsonValue } from '../../wire-format-codec.js';
import { fromDecimal, toDecimal } from './decimal.js';
import type { TtlvField, TtlvValue } from './fields.js';

/** What of a product's model TTLV needs: properties, and members of structures, with their numbers. */
export type NumberedType = ValueType & { readonly name: string; readonly number?: number | undefined };

/** Elements of a list have no numbers of their own. */
const elementNumber = 0;

/**
 * Values by name as fields by number.
 * @throws UnsendableCommand for a name without a number in the model, and for what has no spelling: null, a number of more than
 *   64 bits or 15 decimals, a text where a structure is due.
 */
export function toFields(values: JsonObject, types: readonly NumberedType[]): TtlvField[] {
  return Object.entries(values).map(([name, value]) => {
    const type = types.find((known) => known.name === name);
    return { number: numberOf(name, type), value: toValue(name, value, type) };
  });
}

/** The numbers of these names. @throws UnsendableCommand for a name without one. */
export function numbersOf(names: readonly string[], types: readonly NumberedType[]): number[] {
  return names.map((name) =>
    numberOf(
      name,
      types.find((known) => known.name === name),
    ),
  );
}

function numberOf(name: string, type: NumberedType | undefined): number {
  if (type?.number !== undefined) return type.number;
  throw new UnsendableCommand(`${JSON.stringify(name)} has no number in the product’s model`);
}

function toValue(name: string, value: JsonValue, type: ValueType | undefined): TtlvValue {
  const simple = toScalar(value, type);
  if (simple !== undefined) return simple;
  if (Array.isArray(value) && (type === undefined || type.type === 'array')) {
    return value.map((item) => ({ number: elementNumber, value: toValue(name, item, type?.items) }));
  }
  if (type?.type === 'object' && isJsonObject(value)) return toFields(value, type.members);
  throw new UnsendableCommand(`the value of ${JSON.stringify(name)} has no spelling in TTLV`);
}

function toScalar(value: JsonValue, type: ValueType | undefined): TtlvValue | undefined {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'string') return Buffer.from(value, 'utf8');
  if (typeof value !== 'number') return undefined;
  return type?.type === 'boolean' && (value === 0 || value === 1) ? value === 1 : toDecimal(value);
}

/** Fields by number as values by name; what the model does not know is under its number. Never throws. */
export function fromFields(fields: readonly TtlvField[], types: readonly NumberedType[]): JsonObject {
  const values = fields.map(({ number, value }): [string, JsonValue] => {
    const type = types.find((known) => known.number === number);
    return [type?.name ?? String(number), fromValue(value, type)];
  });
  return Object.fromEntries(values);
}

function fromValue(value: TtlvValue, type: ValueType | undefined): JsonValue {
  if (typeof value === 'boolean') return value;
  if (Buffer.isBuffer(value)) return readText(value);
  if ('decimals' in value) return fromDecimal(value);
  const isList =
    type?.type === 'array' || (type?.type !== 'object' && value.every(({ number }) => number === elementNumber));
  if (isList) return value.map((item) => fromValue(item.value, type?.type === 'array' ? type.items : undefined));
  return fromFields(value, type?.type === 'object' ? type.members : []);
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Text where the bytes are one that can be stored, else their hexadecimal digits. */
function readText(bytes: Buffer): string {
  try {
    const text = utf8.decode(bytes);
    return text.includes('\0') ? bytes.toString('hex') : text;
  } catch {
    return bytes.toString('hex');
  }
}
