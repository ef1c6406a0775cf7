import type { Device, Head, Outcome, Submission } from '@downlink/command-engine';
import type { DeliveryDefaults, NorthboundPorts } from '@downlink/northbound-kit';
import { rejectionProblem } from '../errors/error-map.js';
import { problem } from '../errors/problem.js';
import { toRequest } from '../to-canonical.js';
import type { SubmitCommandBody } from '../wire/submit-command.js';
import { idempotencyOf } from './idempotency-key.js';

/** A command that was taken, and whether it had been taken before under the same key. */
export interface Taken {
  readonly head: Head;
  readonly replayed: boolean;
}

/** From a body that can be read to a command that the engine can take. The same for one command as for a thousand. */
export class CommandIntake {
  constructor(
    private readonly ports: Pick<NorthboundPorts, 'devices' | 'products'>,
    private readonly delivery: DeliveryDefaults,
  ) {}

  /**
   * Look-ups of calls made in the same turn of the event loop share a query.
   * @throws Problem `unknown-device`, also for another application's, and `validation-failed` when the model has no such method
   */
  async submissionOf(body: SubmitCommandBody, caller: string, key: string | undefined): Promise<Submission> {
    const device = await this.ports.devices.find(body.deviceId);
    if (device?.applicationId !== caller) throw problem('unknown-device');
    await this.checkModel(body, device);
    const idempotency = idempotencyOf(key, body);
    return {
      request: toRequest(body, device, this.delivery),
      options: { ...(body.supersede && { supersedes: body.supersede }), ...(idempotency && { idempotency }) },
    };
  }

  /** A product without a model takes any service. Parameters are not checked against the model yet. */
  private async checkModel({ service, method }: SubmitCommandBody, device: Device): Promise<void> {
    const product = await this.ports.products.find(device.productKey);
    if (!product?.model) return;
    const found = product.model.services.find(({ id }) => id === service);
    const path = found ? 'method' : 'service';
    if (found?.methods.some(({ name }) => name === method)) return;
    throw problem('validation-failed', {
      errors: [{ path, message: `is not in the model of product ${product.key}` }],
    });
  }
}

/** The command after its submission. @throws Problem when it was refused, and the cause when it failed */
export function takenOf(outcome: Outcome): Taken {
  if (outcome.kind === 'failed') throw outcome.cause;
  if (outcome.kind === 'rejected') throw rejectionProblem(outcome.rejection);
  if (outcome.head === null) throw new Error('a committed command has no head');
  return { head: outcome.head, replayed: outcome.events.length === 0 };
}
