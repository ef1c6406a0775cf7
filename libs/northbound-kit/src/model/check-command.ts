import type { JsonObject } from '@downlink/command-domain';
import { PROPERTIES, RAW, type ProductModel } from '@downlink/command-engine';
import { checkParameters, type ParameterError } from './check-parameters.js';
import { checkProperties } from './check-properties.js';
import { checkRaw } from './check-raw.js';

/** What a command asks for, in canonical words; parameters that are left out are none. */
export interface AskedFor {
  readonly service: string;
  readonly method: string;
  readonly parameters: JsonObject | undefined;
}

/**
 * Which of service and method the model lacks, or else all that is wrong with the parameters: nothing where the method declares
 * none. `properties` and `raw` are the canonical words of the engine, unless the model has a service of that name itself; bytes
 * are nothing that a model describes, so only their form is checked. Pure.
 */
export function checkCommand(
  model: ProductModel,
  { service, method, parameters = {} }: AskedFor,
): 'no-service' | 'no-method' | readonly ParameterError[] {
  const methods = model.services.find(({ id }) => id === service)?.methods;
  if (methods === undefined) {
    if (service === PROPERTIES && model.properties) return checkProperties(model.properties, method, parameters);
    return service === RAW ? checkRaw(method, parameters) : 'no-service';
  }
  const found = methods.find(({ name }) => name === method);
  if (found === undefined) return 'no-method';
  return found.parameters === undefined ? [] : checkParameters(parameters, found.parameters);
}
