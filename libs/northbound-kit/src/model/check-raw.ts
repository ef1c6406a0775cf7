import type { JsonObject } from '@downlink/command-domain';
import type { Parameter } from '@downlink/command-engine';
import { checkParameters, type ParameterError } from './check-parameters.js';

const SEND: readonly Parameter[] = [
  { name: 'encoding', required: true, type: 'enum', values: ['hex', 'text'] },
  { name: 'data', required: true, type: 'text', minLength: 1 },
];

/** What is wrong with sending these bytes: they come as text, or as pairs of hexadecimal digits. */
export function checkRaw(method: string, parameters: JsonObject): 'no-method' | readonly ParameterError[] {
  if (method !== 'send') return 'no-method';
  const malformed = checkParameters(parameters, SEND);
  if (malformed.length > 0 || parameters['encoding'] === 'text') return malformed;
  if (/^([0-9a-f]{2})+$/i.test(String(parameters['data']))) return [];
  return [{ path: ['data'], flaw: 'wrong-type', message: 'expected pairs of hexadecimal digits' }];
}
