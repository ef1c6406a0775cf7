import { isJsonObject, type Json, type JsonObject } from '@downlink/command-domain';
import type { Parameter, ValueType } from '@downlink/command-engine';
import { WrongMember, type Path } from './wrong-member.js';

/** "The maximum length of the string is 1024" (EnOS, How to use dataDefinition); also where none is given. */
export const MAX_STRING = 1024;
const MAX_DEPTH = 8;

/** What the types of EnOS are in canonical words. */
const READERS: Readonly<Record<string, (definition: JsonObject, path: Path) => ValueType>> = {
  INT: (definition, path) => ({ type: 'integer', ...bounds(definition, path) }),
  FLOAT: (definition, path) => ({ type: 'decimal', ...bounds(definition, path) }),
  DOUBLE: (definition, path) => ({ type: 'decimal', ...bounds(definition, path) }),
  // On the wire 0 and 1.
  BOOL: () => ({ type: 'enum', values: [0, 1] }),
  ENUM: readEnum,
  STRING: (definition, path) => ({ type: 'text', maxLength: length(definition, path) ?? MAX_STRING }),
  // All three travel as texts, of whose form nothing is documented but that a timestamp counts milliseconds.
  DATE: () => ({ type: 'text', maxLength: MAX_STRING }),
  TIMESTAMP: () => ({ type: 'text', maxLength: 20 }),
  FILE: () => ({ type: 'text', maxLength: MAX_STRING }),
  STRUCT: readStruct,
  ARRAY: readArray,
};

const ITEM_TYPES = ['INT', 'FLOAT', 'DOUBLE', 'STRING'];

/** A data point (`identifier`, `dataType`, `dataDefinition`, `unit`) in canonical words. @throws WrongMember */
export function readPoint(value: Json | undefined, path: Path): Parameter {
  if (!isJsonObject(value)) throw new WrongMember(path, 'expected an object');
  const name = readText(value['identifier'], [...path, 'identifier']);
  const required = value['required'] ?? value['isRequired'] ?? null;
  if (required !== null && typeof required !== 'boolean')
    throw new WrongMember([...path, 'required'], 'expected true or false');
  const unit = readUnit(value['unit'], [...path, 'unit']);
  return {
    ...readType(value, path),
    name,
    ...(required === true && { required }),
    ...(unit !== undefined && { unit }),
  };
}

/** A list of data points; null and absent are none. @throws WrongMember also for a name that stands twice */
export function readPoints(value: Json | undefined, path: Path): Parameter[] {
  if ((value ?? null) === null) return [];
  if (!Array.isArray(value)) throw new WrongMember(path, 'expected a list');
  const points = value.map((item, place) => readPoint(item, [...path, place]));
  const names = points.map(({ name }) => name);
  const twice = names.findIndex((name, place) => names.indexOf(name) < place);
  if (twice >= 0) throw new WrongMember([...path, twice, 'identifier'], 'stands twice');
  return points;
}

/** Of a point its type alone. @throws WrongMember */
export function readType({ dataType, dataDefinition }: JsonObject, path: Path): ValueType {
  if (path.length > 3 * MAX_DEPTH) throw new WrongMember(path, 'nests too deep');
  const reader = typeof dataType === 'string' && Object.hasOwn(READERS, dataType) ? READERS[dataType] : undefined;
  if (reader === undefined)
    throw new WrongMember([...path, 'dataType'], `expected one of ${Object.keys(READERS).join(', ')}`);
  const at = [...path, 'dataDefinition'];
  return reader(readDefinition(dataDefinition, at), at);
}

export function readText(value: Json | undefined, path: Path): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new WrongMember(path, (value ?? null) === null ? 'is missing' : 'expected a text');
}

/** JSON in a text, as the vendor's services have it; the object itself is taken as well. */
function readDefinition(value: Json | undefined, path: Path): JsonObject {
  if ((value ?? null) === null || value === '') return {};
  const read = typeof value === 'string' ? parse(value, path) : value;
  if (read === null) return {};
  if (isJsonObject(read)) return read;
  throw new WrongMember(path, 'expected an object, or one as JSON text');
}

function parse(text: string, path: Path): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    // The parser's message quotes the text.
    throw new WrongMember(path, 'is no JSON');
  }
}

function bounds(definition: JsonObject, path: Path): { min?: number; max?: number; step?: number } {
  const found = ['min', 'max', 'step'].flatMap((member) => {
    const value = definition[member] ?? null;
    return value === null ? [] : [[member, readNumber(value, [...path, member])] as const];
  });
  const { min, max, step } = Object.fromEntries(found) as { min?: number; max?: number; step?: number };
  if (min !== undefined && max !== undefined && min > max) throw new WrongMember([...path, 'max'], 'lies below min');
  if (step !== undefined && step <= 0) throw new WrongMember([...path, 'step'], 'expected a number above 0');
  return { ...(min !== undefined && { min }), ...(max !== undefined && { max }), ...(step !== undefined && { step }) };
}

/** Numbers are given as numbers or as texts. */
function readNumber(value: Json, path: Path): number {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number === 'number' && Number.isFinite(number)) return number;
  throw new WrongMember(path, 'expected a number');
}

function length({ maxLength = null }: JsonObject, path: Path): number | undefined {
  if (maxLength === null) return undefined;
  const number = readNumber(maxLength, [...path, 'maxLength']);
  if (Number.isInteger(number) && number >= 0) return number;
  throw new WrongMember([...path, 'maxLength'], 'expected a whole number from 0');
}

/** Its values are the keys of `enumDesc`, numbers where `enumType` is INT. */
function readEnum({ enumType, enumDesc }: JsonObject, path: Path): ValueType {
  if (enumType !== 'INT' && enumType !== 'STRING')
    throw new WrongMember([...path, 'enumType'], 'expected INT or STRING');
  if (!isJsonObject(enumDesc)) throw new WrongMember([...path, 'enumDesc'], 'expected an object');
  const keys = Object.keys(enumDesc);
  if (keys.length === 0) throw new WrongMember([...path, 'enumDesc'], 'names no value');
  if (enumType === 'STRING') return { type: 'enum', values: keys };
  const wrong = keys.find((key) => !/^-?\d{1,15}$/.test(key));
  if (wrong !== undefined) throw new WrongMember([...path, 'enumDesc', wrong], 'expected a whole number');
  return { type: 'enum', values: keys.map(Number) };
}

function readStruct({ items }: JsonObject, path: Path): ValueType {
  return { type: 'object', members: readPoints(items ?? null, [...path, 'items']) };
}

function readArray(definition: JsonObject, path: Path): ValueType {
  const { itemType } = definition;
  if (typeof itemType !== 'string' || !ITEM_TYPES.includes(itemType)) {
    throw new WrongMember([...path, 'itemType'], `expected one of ${ITEM_TYPES.join(', ')}`);
  }
  return { type: 'array', items: READERS[itemType]!({}, path) };
}

/** The vendor's Unit Struct, or the unit alone as in members of structs. */
function readUnit(value: Json | undefined, path: Path): string | undefined {
  const unit = isJsonObject(value) ? (value['unitId'] ?? null) : (value ?? null);
  if (unit === null || unit === '') return undefined;
  if (typeof unit !== 'string') throw new WrongMember(path, 'expected a unit');
  return unit;
}
