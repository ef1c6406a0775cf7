import { isJsonObject, type Json, type JsonObject } from '@downlink/command-domain';
import type { Parameter, ValueType } from '@downlink/command-engine';
import { codeAt, countAt, listAt, numberAt, objectAt, TslProblem, type TslPath } from './tsl-problem.js';

/** One definition (`{id, code, dataType, specs}`): a property, a member of a struct, a parameter of a service. */
export function readParameter(definition: JsonObject, path: TslPath): Parameter {
  const number = countAt(definition['id'], 0, [...path, 'id']);
  const unit = readUnit(definition['specs']);
  return {
    name: codeAt(definition['code'], [...path, 'code']),
    ...readType(definition['dataType'], definition['specs'], path),
    ...(number !== undefined && { number }),
    ...(unit !== undefined && { unit }),
  };
}

/** A list of definitions, each of its own name. @param resolve what a reference (`$ref`) to a property means */
export function readParameters(
  list: Json | undefined,
  path: TslPath,
  resolve: (reference: string, at: TslPath) => Parameter,
): Parameter[] {
  const parameters = listAt(list, path).map((item, place) => {
    const at = [...path, place];
    const definition = objectAt(item, at);
    const { $ref: reference } = definition;
    return typeof reference === 'string' ? resolve(reference, [...at, '$ref']) : readParameter(definition, at);
  });
  refuseTwins(parameters, path);
  return parameters;
}

/** The members of a struct, which refers to nothing. */
export function readInlineParameters(list: Json | undefined, path: TslPath): Parameter[] {
  return readParameters(list, path, (_reference, at) => {
    throw new TslProblem(at, 'expected no reference here');
  });
}

/** @throws TslProblem at the second of two definitions with one name */
export function refuseTwins(parameters: readonly { readonly name: string }[], path: TslPath): void {
  const seen = new Set<string>();
  for (const [place, { name }] of parameters.entries()) {
    if (seen.has(name)) throw new TslProblem([...path, place, 'code'], 'is there twice');
    seen.add(name);
  }
}

/** INT has 32 bits. */
const INT_BOUNDS = { min: -2_147_483_648, max: 2_147_483_647 };

/** What a value may be, by `dataType` and `specs` (Quectel, Thing Model: data types). */
function readType(dataType: Json | undefined, specs: Json | undefined, path: TslPath): ValueType {
  const at = [...path, 'specs'];
  switch (dataType) {
    case 'BOOL':
      return { type: 'boolean' };
    case 'INT':
      return { type: 'integer', ...INT_BOUNDS, ...readBounds(specs, at) };
    case 'FLOAT':
    case 'DOUBLE':
      return { type: 'decimal', ...readBounds(specs, at) };
    case 'ENUM':
      return { type: 'enum', values: readEnum(specs, at) };
    // Bytes as hexadecimal digits.
    case 'RAW':
    case 'TEXT':
      return { type: 'text', ...readLength(specs, at) };
    case 'DATE':
      return { type: 'time' };
    case 'STRUCT':
      return { type: 'object', members: readInlineParameters(specs, at) };
    case 'ARRAY':
      return readArray(objectAt(specs, at), at);
    default:
      throw new TslProblem(
        [...path, 'dataType'],
        'expected BOOL, INT, FLOAT, DOUBLE, ENUM, TEXT, RAW, DATE, STRUCT or ARRAY',
      );
  }
}

/** The unit of a number; undefined where there is none. */
function readUnit(specs: Json | undefined): string | undefined {
  if (!isJsonObject(specs)) return undefined;
  const { unit } = specs;
  return typeof unit === 'string' && unit !== '' ? unit : undefined;
}

function readBounds(specs: Json | undefined, path: TslPath): { min?: number; max?: number; step?: number } {
  const members = optionalObject(specs, path);
  const min = numberAt(members['min'], [...path, 'min']);
  const max = numberAt(members['max'], [...path, 'max']);
  const step = numberAt(members['step'], [...path, 'step']);
  if (min !== undefined && max !== undefined && min > max) throw new TslProblem([...path, 'min'], 'lies above max');
  if (step !== undefined && step < 0) throw new TslProblem([...path, 'step'], 'expected no negative number');
  return { ...(min !== undefined && { min }), ...(max !== undefined && { max }), ...(step && { step }) };
}

function readLength(specs: Json | undefined, path: TslPath): { maxLength?: number } {
  const maxLength = countAt(optionalObject(specs, path)['length'], 0, [...path, 'length']);
  return maxLength === undefined ? {} : { maxLength };
}

/** "Values are whole numbers"; whatever else stands there stays a text. */
function readEnum(specs: Json | undefined, path: TslPath): (string | number)[] {
  const values = listAt(specs, path).map((item, place) => {
    const at = [...path, place];
    const { value } = objectAt(item, at);
    if (typeof value === 'number') return value;
    if (typeof value !== 'string' || value === '')
      throw new TslProblem([...at, 'value'], 'expected a text or a number');
    return /^-?\d{1,15}$/.test(value) ? Number(value) : value;
  });
  if (values.length === 0) throw new TslProblem(path, 'expected at least one value');
  return values;
}

/** `specs` of an array: `size`, the items' `dataType`, and the items' own specs (`numberSpecs` for numbers). */
function readArray(specs: JsonObject, path: TslPath): ValueType {
  const { dataType, size, numberSpecs } = specs;
  if (dataType === 'ARRAY') throw new TslProblem([...path, 'dataType'], 'expected no array within an array');
  const items = readType(dataType, numberSpecs ?? specs['specs'], path);
  const maxItems = countAt(size, 1, [...path, 'size']);
  return { type: 'array', items, ...(maxItems !== undefined && { maxItems }) };
}

function optionalObject(value: Json | undefined, path: TslPath): JsonObject {
  return value === undefined || value === null || value === '' ? {} : objectAt(value, path);
}
