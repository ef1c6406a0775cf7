import type { Json, JsonObject } from '@downlink/command-domain';
import type { Parameter } from '@downlink/command-engine';

/** The members that are there, each with its type: in the order of the model, then what the model lacks. The store keeps no order. */
export function inModelOrder(
  value: JsonObject,
  types: readonly Parameter[] = [],
): readonly { readonly name: string; readonly member: Exclude<Json, null>; readonly type: Parameter | undefined }[] {
  const known = new Map(types.map((parameter) => [parameter.name, parameter]));
  const names = Object.keys(value);
  const ordered = [...types.flatMap(({ name }) => (Object.hasOwn(value, name) ? [name] : [])), ...names];
  return [...new Set(ordered)].flatMap((name) => {
    const member = value[name];
    return member === null || member === undefined ? [] : [{ name, member, type: known.get(name) }];
  });
}
