import { isJsonObject, type Json, type JsonObject } from '@downlink/command-domain';
import { INVOKE, PROPERTIES, RAW, type ProductModel } from '@downlink/command-engine';
import { MalformedBody, readJson } from '@downlink/northbound-kit';
import { Refusal } from '../errors/refusal.js';
import { decodeMembers } from './decode-values.js';
import { encodingWrong } from './data-refusal.js';

/** What a call asks of each of its devices, in canonical words. */
export interface Asked {
  readonly service: string;
  readonly method: string;
  readonly parameters: JsonObject;
}

/** The model that the devices' product has; null takes anything. */
type Model = ProductModel | null;

/**
 * The `data` of sendServiceData: `[{"serviceCode":[{"inputCode":"value"}]}]`, one service. A service without inputs is
 * written with an empty list, an empty text or null. @throws Refusal 71027, 71028, 71029, 71047
 */
export function readServiceCall(data: string, model: Model): Asked {
  const [call, ...others] = listIn(data);
  if (others.length > 0) throw new Refusal('data-illegal', 'data: one service a call');
  const [member, ...rest] = isJsonObject(call) ? Object.entries(call) : [];
  if (member === undefined || rest.length > 0) throw encodingWrong([0], 'an object with one member, the service');
  const [service, inputs] = member;
  const methods = model?.services.find(({ id }) => id === service)?.methods;
  const expected = methods?.find(({ name }) => name === INVOKE)?.parameters;
  const parameters = decodeMembers(inputs === '' || inputs === null ? [] : inputs, expected, [0, service]);
  return { service, method: INVOKE, parameters };
}

/** The `data` of writeData: `[{"code":"value"},…]`. @throws Refusal 71027, 71028, 71047 */
export function readPropertyValues(data: string, model: Model): Asked {
  return { service: PROPERTIES, method: 'write', parameters: decodeMembers(listIn(data), model?.properties, []) };
}

/**
 * The `data` of readData: `["code",…]`. What cannot be read is left out as long as anything is left: the vendor refuses calls
 * that contain write-only data alone. @throws Refusal 71027, 71028, 71047, 71048
 */
export function readPropertyNames(data: string, model: Model): Asked {
  const names = listIn(data).map((name, place) => {
    if (typeof name !== 'string' || name === '') throw encodingWrong([place], 'an identifier');
    return name;
  });
  const writeOnly = new Set(model?.properties?.flatMap(({ name, access }) => (access === 'write' ? [name] : [])));
  const readable = [...new Set(names)].filter((name) => !writeOnly.has(name));
  if (readable.length === 0) throw new Refusal('write-only');
  return { service: PROPERTIES, method: 'read', parameters: { names: readable } };
}

/** "Not exceeding 4096 characters", in either form. */
export const MAX_RAW = 4_096;

/** The `data` of raw/sendData; text where nothing is said (ours). @throws Refusal 71035 */
export function readRaw(data: string, encode = 'Text'): Asked {
  const wrong = (detail: string): Refusal => new Refusal('raw-wrong', detail);
  if (encode !== 'Hex' && encode !== 'Text') throw wrong('encode: expected Hex or Text');
  if (data === '' || [...data].length > MAX_RAW) throw wrong(`data: expected 1 to ${String(MAX_RAW)} characters`);
  if (encode === 'Hex' && !/^([0-9a-f]{2})+$/i.test(data)) throw wrong('data: expected pairs of hexadecimal digits');
  return { service: RAW, method: 'send', parameters: { encoding: encode === 'Hex' ? 'hex' : 'text', data } };
}

function listIn(data: string): Json[] {
  const value = jsonIn(data);
  if (!Array.isArray(value) || value.length === 0)
    throw new Refusal('data-no-list', 'data: expected a list with something in it');
  return value as Json[];
}

function jsonIn(data: string): unknown {
  try {
    return readJson(Buffer.from(data));
  } catch (error) {
    if (error instanceof MalformedBody) throw new Refusal('data-not-json', `data: ${error.message}`);
    throw error;
  }
}
