import type { Json, JsonObject } from '@downlink/command-domain';
import type { Property } from '@downlink/command-engine';
import { checkParameters, type ParameterError } from './check-parameters.js';

/**
 * What is wrong with writing or reading these properties: values by the types of the model, and what the model does not allow to
 * be written (`read-only`) or read (`write-only`). A write that writes nothing and a read that names nothing are `missing`.
 */
export function checkProperties(
  properties: readonly Property[],
  method: string,
  parameters: JsonObject,
): 'no-method' | readonly ParameterError[] {
  const known = new Map(properties.map((property) => [property.name, property]));
  if (method === 'write') return checkWrite(known, parameters);
  return method === 'read' ? checkRead(known, parameters) : 'no-method';
}

type Known = ReadonlyMap<string, Property>;

function checkWrite(known: Known, parameters: JsonObject): ParameterError[] {
  const names = Object.keys(parameters).filter((name) => parameters[name] !== null);
  if (names.length === 0) return [{ path: [], flaw: 'missing', message: 'names no property' }];
  const readOnly = names.filter((name) => known.get(name)?.access === 'read');
  return [
    ...checkParameters(parameters, [...known.values()]),
    ...readOnly.map((name) => ({ path: [name], flaw: 'read-only', message: 'can only be read' }) as const),
  ];
}

/** `names: []` would mean everything to one device and nothing to another. */
const NAMES = [{ name: 'names', required: true, type: 'array', items: { type: 'text' }, minItems: 1 }] as const;

function checkRead(known: Known, parameters: JsonObject): ParameterError[] {
  const malformed = checkParameters(parameters, NAMES);
  if (malformed.length > 0) return malformed;
  return (parameters['names'] as Json[]).flatMap((name, place): ParameterError[] => {
    const property = known.get(String(name));
    if (property === undefined) return [{ path: ['names', place], flaw: 'unknown', message: 'is not in the model' }];
    if (property.access !== 'write') return [];
    return [{ path: ['names', place], flaw: 'write-only', message: 'can only be written' }];
  });
}
