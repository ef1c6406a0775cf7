import { isJsonObject, type Json, type JsonObject } from '@downlink/command-domain';
import type { Parameter, ValueType } from '@downlink/command-engine';
import { isOnStep } from './is-on-step.js';

/** Every way in which a parameter can be wrong; each dialect has a code for each. */
export type ParameterFlaw =
  | 'missing'
  | 'unknown'
  | 'wrong-type'
  | 'out-of-range'
  | 'off-step'
  | 'not-in-enum'
  | 'wrong-length'
  | 'no-time'
  | 'read-only'
  | 'write-only';

export interface ParameterError {
  /** Names of members and places in arrays, from the parameters down. */
  readonly path: readonly (string | number)[];
  readonly flaw: ParameterFlaw;
  /** What was expected; quotes nothing of the value, which may be a secret. */
  readonly message: string;
}

type Path = ParameterError['path'];

/**
 * Everything that is wrong with a command's parameters by the model of its method, in the order of the model, then what the
 * model lacks. `null` means absent. Pure.
 */
export function checkParameters(parameters: JsonObject, expected: readonly Parameter[]): ParameterError[] {
  return checkMembers(parameters, expected, []);
}

function checkMembers(value: JsonObject, expected: readonly Parameter[], path: Path): ParameterError[] {
  const names = new Set(expected.map(({ name }) => name));
  const known = expected.flatMap((parameter) => {
    const member = Object.hasOwn(value, parameter.name) ? value[parameter.name]! : null;
    const at = [...path, parameter.name];
    if (member !== null) return checkValue(member, parameter, at);
    return parameter.required ? [{ path: at, flaw: 'missing', message: 'is missing' } as const] : [];
  });
  const unknown = Object.keys(value).filter((name) => !names.has(name));
  return [
    ...known,
    ...unknown.map((name) => ({ path: [...path, name], flaw: 'unknown', message: 'is not in the model' }) as const),
  ];
}

type Wrong = (flaw: ParameterFlaw, message: string) => ParameterError[];

function checkValue(value: Json, expected: ValueType, path: Path): ParameterError[] {
  const wrong: Wrong = (flaw, message) => [{ path, flaw, message }];
  switch (expected.type) {
    case 'any':
      return [];
    case 'integer':
    case 'decimal':
      return checkNumber(value, expected, wrong);
    case 'boolean':
      return typeof value === 'boolean' ? [] : wrong('wrong-type', 'expected true or false');
    case 'text':
      return checkText(value, expected, wrong);
    case 'enum':
      if (expected.values.some((allowed) => allowed === value)) return [];
      return wrong('not-in-enum', `expected one of ${expected.values.join(', ')}`);
    case 'time':
      return checkTime(value, wrong);
    case 'object':
      return isJsonObject(value)
        ? checkMembers(value, expected.members, path)
        : wrong('wrong-type', 'expected an object');
    case 'array':
      return checkList(value, expected, path, wrong);
  }
}

function checkNumber(
  value: Json,
  { type, min, max, step }: Extract<ValueType, { type: 'integer' | 'decimal' }>,
  wrong: Wrong,
): ParameterError[] {
  if (typeof value !== 'number' || (type === 'integer' && !Number.isInteger(value)))
    return wrong('wrong-type', type === 'integer' ? 'expected a whole number' : 'expected a number');
  if (!within(value, min, max)) return wrong('out-of-range', `expected ${bounds(min, max)}`);
  if (step !== undefined && !isOnStep(value, min ?? 0, step))
    return wrong('off-step', `expected steps of ${step} from ${min ?? 0}`);
  return [];
}

function checkText(
  value: Json,
  { minLength, maxLength }: Extract<ValueType, { type: 'text' }>,
  wrong: Wrong,
): ParameterError[] {
  if (typeof value !== 'string') return wrong('wrong-type', 'expected a text');
  if (within([...value].length, minLength, maxLength)) return [];
  return wrong('wrong-length', `expected ${bounds(minLength, maxLength)} characters`);
}

function checkTime(value: Json, wrong: Wrong): ParameterError[] {
  if (typeof value !== 'string') return wrong('wrong-type', 'expected a time as text');
  return isTime(value) ? [] : wrong('no-time', 'expected a time like 2026-11-21T08:00:00Z or 20261121T080000Z');
}

function checkList(
  value: Json,
  { items, minItems, maxItems }: Extract<ValueType, { type: 'array' }>,
  path: Path,
  wrong: Wrong,
): ParameterError[] {
  if (!Array.isArray(value)) return wrong('wrong-type', 'expected a list');
  if (!within(value.length, minItems, maxItems))
    return wrong('wrong-length', `expected ${bounds(minItems, maxItems)} items`);
  return value.flatMap((item, place) => checkValue(item, items, [...path, place]));
}

const TIME = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;

/** ISO 8601's basic form in UTC, 20261121T080000Z, which Huawei's devices speak; JavaScript does not read it. */
const BASIC = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;

/** JavaScript reads 30 February as 2 March. */
function isTime(text: string): boolean {
  const value = text.replace(BASIC, '$1-$2-$3T$4:$5:$6Z');
  const [, day] = TIME.exec(value) ?? [];
  if (day === undefined || Number.isNaN(Date.parse(value))) return false;
  return new Date(Date.parse(day)).toISOString().startsWith(day);
}

const within = (value: number, min = -Infinity, max = Infinity): boolean => value >= min && value <= max;

function bounds(min: number | undefined, max: number | undefined): string {
  if (min === undefined) return `at most ${max}`;
  return max === undefined ? `at least ${min}` : `${min} to ${max}`;
}
