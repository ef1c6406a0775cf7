import type { ValueType } from '@downlink/command-engine';
import type { ParaCapability } from './capability-schema.js';

/** What the type of a parameter or of a property is told by. */
export type Typed = Pick<ParaCapability, 'dataType' | 'min' | 'max' | 'step' | 'maxLength' | 'enumList'>;

/** Which member of the description is wrong, and why. */
export interface Wrong {
  readonly member: 'dataType' | 'min' | 'max' | 'step' | 'maxLength' | 'enumList';
  readonly problem: string;
}

const NUMBERS: Readonly<Record<string, 'integer' | 'decimal'>> = {
  int: 'integer',
  integer: 'integer',
  long: 'integer',
  decimal: 'decimal',
  double: 'decimal',
  float: 'decimal',
};

/** The vendor's other data types in canonical words (Huawei, Profile Writing Guide, and the types of its samples). */
const OTHERS: Readonly<Record<string, (typed: Typed) => ValueType>> = {
  string: textOf,
  enum: textOf,
  datetime: () => ({ type: 'time' }),
  bool: () => ({ type: 'boolean' }),
  boolean: () => ({ type: 'boolean' }),
  'string list': () => ({ type: 'array', items: { type: 'text' } }),
  array: () => ({ type: 'array', items: { type: 'any' } }),
  jsonarray: () => ({ type: 'array', items: { type: 'any' } }),
  jsonobject: () => ({ type: 'any' }),
};

const KNOWN = [...Object.keys(NUMBERS), ...Object.keys(OTHERS)].join(', ');

/** The type in canonical words, or what is wrong with its description. Pure. */
export function valueTypeOf(typed: Typed): { readonly type: ValueType } | { readonly wrong: Wrong } {
  const name = typed.dataType.toLowerCase();
  const number = own(NUMBERS, name);
  if (number !== undefined) {
    const wrong = wrongBounds(typed, number);
    return wrong === undefined ? { type: numberOf(number, typed) } : { wrong };
  }
  const make = own(OTHERS, name);
  if (make === undefined) return { wrong: { member: 'dataType', problem: `expected one of ${KNOWN}` } };
  if (name === 'enum' && typed.enumList.length === 0) return { wrong: { member: 'enumList', problem: 'is empty' } };
  return { type: make(typed) };
}

function wrongBounds({ min, max, step, enumList }: Typed, type: 'integer' | 'decimal'): Wrong | undefined {
  if (min !== undefined && max !== undefined && min > max) return { member: 'max', problem: 'lies below min' };
  if (step !== undefined && step < 0) return { member: 'step', problem: 'lies below 0' };
  const fits = (value: string | number) =>
    value !== '' && (type === 'integer' ? Number.isInteger(Number(value)) : Number.isFinite(Number(value)));
  return enumList.every(fits) ? undefined : { member: 'enumList', problem: 'holds something else than numbers' };
}

/** Exports write 0 for a bound that is not set: both bounds 0 are none, and a step of 0 is none. */
function numberOf(type: 'integer' | 'decimal', { min, max, step, enumList }: Typed): ValueType {
  if (enumList.length > 0) return { type: 'enum', values: enumList.map(Number) };
  const unset = min === 0 && max === 0;
  return {
    type,
    ...(min !== undefined && !unset && { min }),
    ...(max !== undefined && !unset && { max }),
    ...(step !== undefined && step !== 0 && { step }),
  };
}

/** min and max of a text mean nothing; a length of 0 is none. */
function textOf({ maxLength, enumList }: Typed): ValueType {
  if (enumList.length > 0) return { type: 'enum', values: enumList.map(String) };
  return { type: 'text', ...(maxLength !== undefined && maxLength > 0 && { maxLength }) };
}

function own<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
