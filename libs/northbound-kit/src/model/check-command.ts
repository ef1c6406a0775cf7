import type { JsonObject } from '@downlink/command-domain';
import type { ProductModel } from '@downlink/command-engine';
import { checkParameters, type ParameterError } from './check-parameters.js';

/** What a command asks for, in canonical words; parameters that are left out are none. */
export interface AskedFor {
  readonly service: string;
  readonly method: string;
  readonly parameters: JsonObject | undefined;
}

/** Which of service and method the model lacks, or else all that is wrong with the parameters: nothing where the method declares none. */
export function checkCommand(
  { services }: ProductModel,
  { service, method, parameters = {} }: AskedFor,
): 'no-service' | 'no-method' | readonly ParameterError[] {
  const methods = services.find(({ id }) => id === service)?.methods;
  if (methods === undefined) return 'no-service';
  const found = methods.find(({ name }) => name === method);
  if (found === undefined) return 'no-method';
  return found.parameters === undefined ? [] : checkParameters(parameters, found.parameters);
}
