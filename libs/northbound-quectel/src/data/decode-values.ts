import { isJsonObject, type Json, type JsonObject } from '@downlink/command-domain';
import type { Parameter, ValueType } from '@downlink/command-engine';
import { pathText } from '@downlink/northbound-kit';
import { Refusal } from '../errors/refusal.js';
import { encodingWrong, type DataPath } from './data-refusal.js';
import { isScalar, readScalar, readTime } from './scalars.js';

/** How the items of an array are keyed ("array (id is 0)"). */
export const ITEM_KEY = '0';

/**
 * Members in the encoding of Quectel, Send Downlink Thing Model Service Data: a list of objects with one member each. By the
 * model, texts become numbers, booleans and times; what cannot be read as its type is left as it came, for the check of the
 * model to name. Without a model (`undefined`) the shape alone decides, and texts stay texts. `null` means absent.
 * @throws Refusal `encoding-wrong` where the shape itself is broken, `time-wrong` for a time that is not in ms
 */
export function decodeMembers(value: Json, expected: readonly Parameter[] | undefined, path: DataPath): JsonObject {
  const types = new Map(expected?.map((parameter) => [parameter.name, parameter]));
  const members = new Map<string, Json>();
  for (const [name, member, at] of singleMembers(value, path)) {
    if (members.has(name)) throw encodingWrong(at, 'each identifier once');
    if (member !== null) members.set(name, decodeValue(member, types.get(name) ?? ANY, at));
  }
  return Object.fromEntries(members);
}

const ANY: ValueType = { type: 'any' };

/** One value by its type. @throws Refusal as above */
export function decodeValue(value: Json, type: ValueType, path: DataPath): Json {
  switch (type.type) {
    case 'object':
      return decodeMembers(value, type.members, path);
    case 'array':
      return decodeItems(value, type.items, path);
    case 'any':
      return decodeByShape(value, path);
    case 'time':
      return decodeTime(value, path);
    default:
      if (isScalar(value)) return readScalar(value, type);
      throw encodingWrong(path, 'a single value');
  }
}

/** Not left to the check of the model, which would take other forms of time than the vendor's. */
function decodeTime(value: Json, path: DataPath): Json {
  if (!isScalar(value)) throw encodingWrong(path, 'a single value');
  const time = readTime(value);
  if (time === undefined) throw new Refusal('time-wrong', `${pathText(['data', ...path])}: expected ms since 1970`);
  return time;
}

function decodeItems(value: Json, items: ValueType, path: DataPath): Json[] {
  return singleMembers(value, path).map(([key, item, at]) => {
    if (key !== ITEM_KEY) throw encodingWrong(at, `items keyed "${ITEM_KEY}"`);
    if (item === null) throw encodingWrong(at, 'a value');
    return decodeValue(item, items, at);
  });
}

/** A list whose items are all keyed "0" is an array, any other list a struct. */
function decodeByShape(value: Json, path: DataPath): Json {
  if (isScalar(value)) return value;
  const members = singleMembers(value, path);
  const isArray = members.every(([key]) => key === ITEM_KEY);
  return isArray ? decodeItems(value, ANY, path) : decodeMembers(value, undefined, path);
}

function singleMembers(value: Json, path: DataPath): [name: string, value: Json, at: DataPath][] {
  if (!Array.isArray(value)) throw encodingWrong(path, 'a list of objects with one member each');
  return value.map((item, place) => {
    const [member, ...others] = isJsonObject(item) ? Object.entries(item) : [];
    if (member === undefined || others.length > 0) throw encodingWrong([...path, place], 'an object with one member');
    return [member[0], member[1], [...path, place, member[0]]];
  });
}
