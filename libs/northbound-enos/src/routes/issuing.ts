import type { Application, Device } from '@downlink/command-engine';
import {
  callerGone,
  checkCommand,
  modelVersionOf,
  pathText,
  rights,
  send,
  type NorthboundPorts,
  type ParameterError,
} from '@downlink/northbound-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { EnosAuthentication } from '../authentication/enos-authentication.js';
import { ActiveDevices } from '../directories/active-devices.js';
import { enosError, invalidArgument } from '../errors/error-answer.js';
import { answerInstant, type InstantCall } from '../instant-outcome.js';
import type { EnosSettings } from '../settings.js';
import { askedOfMeasurepoint, askedOfService, toRequest, type Asked } from '../to-canonical.js';
import { invokeServiceBody, setMeasurepointBody } from '../wire/command-bodies.js';
import { success } from '../wire/envelope.js';
import { invokeServiceQuery, setMeasurepointQuery, type DeliveryWish } from '../wire/query.js';
import { read } from '../wire/read.js';
import { ownDevice } from './own-device.js';
import { headOf } from './outcome.js';

/**
 * How much longer than its `timeout` a call is held: the end is written by the scheduler, whose lateness is below a second, and
 * the rightful code is a better answer than a guess.
 */
const END_IS_WRITTEN_WITHIN_MS = 2_000;

/** Something that a caller wants of a device. */
interface Wish {
  readonly asked: Asked;
  readonly wish: DeliveryWish;
  readonly device: Device;
  readonly caller: Application;
  readonly call: InstantCall;
}

/** EnOS, Invoke Service; Set Measurement Point. */
export class Issuing {
  private readonly activeDevices: ActiveDevices;

  constructor(
    private readonly ports: NorthboundPorts,
    private readonly settings: EnosSettings,
    private readonly authentication: EnosAuthentication,
  ) {
    this.activeDevices = new ActiveDevices(ports);
  }

  async invokeService(caller: Application, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { serviceId, orgId, ...wish } = read(invokeServiceQuery, request.query);
    const owner = await this.authentication.owner(caller, orgId);
    const device = await ownDevice(this.ports, wish, owner);
    const { inputData } = read(invokeServiceBody, request.body);
    const asked = askedOfService(serviceId, inputData);
    await this.issue({ asked, wish, device, caller, call: { word: 'Success', outputs: true } }, reply);
  }

  async setMeasurepoint(caller: Application, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { measurepointId, orgId, ...wish } = read(setMeasurepointQuery, request.query);
    const owner = await this.authentication.owner(caller, orgId);
    const device = await ownDevice(this.ports, wish, owner);
    const { value } = read(setMeasurepointBody, request.body);
    const asked = askedOfMeasurepoint(measurepointId, value);
    await this.issue({ asked, wish, device, caller, call: { word: 'OK', outputs: false } }, reply);
  }

  /** A cached command is answered as soon as it is stored, an instant one when it has ended. */
  private async issue({ asked, wish, device, caller, call }: Wish, reply: FastifyReply): Promise<void> {
    const began = performance.now();
    if (!rights.mayCall(caller, asked)) throw enosError('forbidden', `${asked.service}.${asked.method}`);
    const stamp = await this.checkModel(asked, device);
    const request = { ...toRequest(asked, device, wish, this.settings.laneCap), ...stamp };
    if (request.mode === 'cached') {
      const { commandId } = headOf(await this.ports.commands.submit(request));
      return void send(reply, success({ commandId }, call.word));
    }
    if (!(await this.activeDevices.isActive(device))) throw enosError('device-not-activated');
    const until = began + wish.timeout * 1000 + END_IS_WRITTEN_WITHIN_MS;
    const { head, ended } = await this.ports.finalEvents.hold({ until, signal: callerGone(reply) }, async (waiter) =>
      headOf(await this.ports.commands.submit({ ...request, waiter })),
    );
    if (ended === 'gone') return void reply.hijack();
    send(reply, answerInstant(head, call));
  }

  /** A product without a model takes anything. */
  private async checkModel(asked: Asked, device: Device): Promise<ReturnType<typeof modelVersionOf>> {
    const product = await this.ports.products.find(device.productKey);
    if (!product?.model) return {};
    const found = checkCommand(product.model, asked);
    const [wrong] = typeof found === 'string' ? [undefined] : found;
    if (typeof found === 'string' || wrong?.path.length === 0) throw notInModel(asked);
    if (wrong) throw wrongValue(asked, wrong);
    return modelVersionOf(product);
  }
}

function isMeasurepoint(asked: Asked): boolean {
  return asked.method === 'write';
}

function notInModel(asked: Asked) {
  const name = isMeasurepoint(asked) ? 'measurepointId' : 'serviceId';
  return invalidArgument(name, `${name} is not in the thing model`);
}

/** A measurement point's value stands alone in the body, without its name. */
function wrongValue(asked: Asked, { path, flaw, message }: ParameterError) {
  if (!isMeasurepoint(asked)) return invalidArgument('inputData', `${pathText(['inputData', ...path])} ${message}`);
  if (flaw === 'unknown' && path.length === 1) return notInModel(asked);
  return invalidArgument('value', `${pathText(['value', ...path.slice(1)])} ${message}`);
}
