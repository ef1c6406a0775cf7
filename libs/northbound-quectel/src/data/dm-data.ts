import { isJsonObject, type Json, type JsonObject } from '@downlink/command-domain';
import type { Parameter, ValueType } from '@downlink/command-engine';
import { inModelOrder } from './model-order.js';
import { isScalar, writeScalar } from './scalars.js';

const ANY: ValueType = { type: 'any' };
const ITEM_ID = 0;

/**
 * Members as the history shows them (Quectel, Query Device Data History: `dmData`): `[{"id":10,"value":…}]`, by the numeric ids
 * of the model, or by name where it has none; the items of an array have the id 0. Truth values as such, the rest as text.
 */
export function dmMembers(value: JsonObject, types: readonly Parameter[] | undefined): Json[] {
  return inModelOrder(value, types).map(({ name, member, type }) => ({
    id: type?.number ?? name,
    value: dmValue(member, type ?? ANY),
  }));
}

function dmValue(value: Json, type: ValueType): Json {
  if (value === null) return null;
  if (typeof value === 'boolean') return value;
  if (isScalar(value)) return writeScalar(value, type);
  if (isJsonObject(value)) return dmMembers(value, type.type === 'object' ? type.members : undefined);
  const items = type.type === 'array' ? type.items : ANY;
  return value.map((item) => ({ id: ITEM_ID, value: dmValue(item, items) }));
}
