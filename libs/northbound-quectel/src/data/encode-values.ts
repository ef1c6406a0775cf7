import { isJsonObject, type Json, type JsonObject } from '@downlink/command-domain';
import type { Parameter, ValueType } from '@downlink/command-engine';
import { ITEM_KEY } from './decode-values.js';
import { inModelOrder } from './model-order.js';
import { isScalar, writeScalar } from './scalars.js';

const ANY: ValueType = { type: 'any' };

/**
 * The other way round: canonical members as the list of single-member objects that the vendor writes, every single value as
 * text. Total: what does not fit the model (a device may answer anything) is written by its shape.
 */
export function encodeMembers(value: JsonObject, types: readonly Parameter[] | undefined): Json[] {
  return inModelOrder(value, types).map(({ name, member, type }) => ({ [name]: encodeValue(member, type ?? ANY) }));
}

export function encodeValue(value: Json, type: ValueType): Json {
  if (value === null) return '';
  if (isScalar(value)) return writeScalar(value, type);
  if (isJsonObject(value)) return encodeMembers(value, type.type === 'object' ? type.members : undefined);
  const items = type.type === 'array' ? type.items : ANY;
  return value.map((item) => ({ [ITEM_KEY]: encodeValue(item, items) }));
}
