import type { Head, Outcome, ProductModel, Submission } from '@downlink/command-engine';
import {
  checkCommand,
  modelVersionOf,
  pathText,
  rights,
  type DeliveryDefaults,
  type NorthboundPorts,
  type ParameterError,
} from '@downlink/northbound-kit';
import { sees, type ApplicationCaller } from '../authentication.js';
import { rejectionProblem } from '../errors/error-map.js';
import { problem, type FieldError } from '../errors/problem.js';
import { toRequest } from '../to-canonical.js';
import { MOST_ERRORS } from '../wire/read.js';
import type { SubmitCommandBody } from '../wire/submit-command.js';
import { idempotencyOf, keyOfActor } from './idempotency-key.js';

/** A command that was taken, and whether it had been taken before under the same key. */
export interface Taken {
  readonly head: Head;
  readonly replayed: boolean;
}

/** From a body that can be read to a command that the engine can take. The same for one command as for a thousand. */
export class CommandIntake {
  constructor(
    private readonly ports: Pick<NorthboundPorts, 'applications' | 'devices' | 'products'>,
    private readonly delivery: DeliveryDefaults,
  ) {}

  /**
   * Look-ups of calls made in the same turn of the event loop share a query.
   * @throws Problem `unknown-device`, also for that of an application that has not authorised the caller, `method-not-permitted`,
   *   and `validation-failed` when the model has no such method or other parameters
   */
  async submissionOf(body: SubmitCommandBody, caller: ApplicationCaller, key?: string): Promise<Submission> {
    const device = await this.ports.devices.find(body.deviceId);
    if (device === undefined || !sees(caller, device.applicationId)) throw problem('unknown-device');
    if (!rights.mayCall(caller.application, body)) throw problem('method-not-permitted');
    const product = await this.ports.products.find(device.productKey);
    if (product?.model) checkModel(body, product.key, product.model);
    const idempotency = idempotencyOf(keyOfActor(key, caller.application.id, device.applicationId), body);
    return {
      request: { ...toRequest(body, device, this.delivery), ...modelVersionOf(product) },
      options: { ...(body.supersede && { supersedes: body.supersede }), ...(idempotency && { idempotency }) },
    };
  }
}

/** A product without a model takes anything, and so does a method that declares no parameters. */
function checkModel(command: SubmitCommandBody, productKey: string, model: ProductModel): void {
  const found = checkCommand(model, { ...command, parameters: command.parameters });
  if (typeof found === 'string') {
    const path = found === 'no-service' ? 'service' : 'method';
    const message = `is not in the model of product ${productKey}`;
    throw problem('validation-failed', { errors: [{ path, message }] });
  }
  if (found.length > 0) throw problem('validation-failed', { errors: found.slice(0, MOST_ERRORS).map(fieldError) });
}

function fieldError({ path, message }: ParameterError): FieldError {
  return { path: pathText(['parameters', ...path]), message };
}

/** The command after its submission. @throws Problem when it was refused, and the cause when it failed */
export function takenOf(outcome: Outcome): Taken {
  if (outcome.kind === 'failed') throw outcome.cause;
  if (outcome.kind === 'rejected') throw rejectionProblem(outcome.rejection);
  if (outcome.head === null) throw new Error('a committed command has no head');
  return { head: outcome.head, replayed: outcome.events.length === 0 };
}
