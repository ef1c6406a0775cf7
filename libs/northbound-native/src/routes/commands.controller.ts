import { Controller, Get, Inject, Post, Req, Res } from '@nestjs/common';
import { parseCommandId } from '@downlink/command-domain';
import type { Device, Head, Outcome } from '@downlink/command-engine';
import type { NorthboundPorts } from '@downlink/northbound-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { NativeAuthentication, sees } from '../authentication.js';
import { rejectionProblem } from '../errors/error-map.js';
import { problem } from '../errors/problem.js';
import type { NativeSettings } from '../settings.js';
import { toRequest } from '../to-canonical.js';
import { NATIVE_PORTS, NATIVE_SETTINGS } from '../tokens.js';
import { attemptViews, commandView, eventView, webhookView } from '../wire/command-view.js';
import { listCommandsQuery } from '../wire/list-commands.js';
import { read } from '../wire/read.js';
import { submitCommandBody, type SubmitCommandBody } from '../wire/submit-command.js';
import { answer } from './answer.js';

@Controller('v1/commands')
export class CommandsController {
  constructor(
    @Inject(NATIVE_PORTS) private readonly ports: NorthboundPorts,
    @Inject(NATIVE_SETTINGS) private readonly settings: NativeSettings,
    @Inject(NativeAuthentication) private readonly authentication: NativeAuthentication,
  ) {}

  /** Answers with the state right after the transaction: `queued`, or `sending` when its first attempt has begun. */
  @Post()
  async submit(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const caller = await this.authentication.application(request);
    const body = read(submitCommandBody, request.body);
    const device = await this.deviceOf(body.deviceId, caller);
    await this.checkModel(body, device);
    const outcome = await this.ports.commands.submit(toRequest(body, device, this.settings.delivery));
    answer(reply, 201, commandView(headOf(outcome)));
  }

  @Get()
  async list(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const caller = await this.authentication.application(request);
    const { status, deviceId, from, until, limit, offset } = read(listCommandsQuery, request.query);
    const { heads, total } = await this.ports.reader.search({
      applicationId: caller,
      ...(deviceId !== undefined && { deviceId }),
      ...(status !== undefined && { statuses: status }),
      ...(from !== undefined && { from }),
      ...(until !== undefined && { until }),
      limit,
      offset,
    });
    answer(reply, 200, { items: heads.map(commandView), total, limit, offset });
  }

  @Get(':id')
  async get(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    answer(reply, 200, commandView(await this.commandOf(request)));
  }

  /** Only while no attempt is out; a command that was put back because nobody listened counts as not out. */
  @Post(':id/cancel')
  async cancel(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { commandId, state } = await this.commandOf(request);
    const outcome = await this.ports.commands.cancel(commandId, state.request.deviceId);
    answer(reply, 200, commandView(headOf(outcome)));
  }

  /** Every event, every attempt, and every webhook with its attempts. */
  @Get(':id/history')
  async history(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const head = await this.commandOf(request);
    const [events, webhooks] = await Promise.all([
      this.ports.reader.history(head.commandId),
      this.ports.webhooks.ofCommand(head.commandId),
    ]);
    answer(reply, 200, {
      command: commandView(head),
      events: events.map(eventView),
      attempts: attemptViews(events),
      webhooks: webhooks.map(webhookView),
    });
  }

  private async commandOf(request: FastifyRequest): Promise<Head> {
    const caller = await this.authentication.caller(request);
    const commandId = parseCommandId((request.params as { id: string }).id);
    const head = commandId === undefined ? undefined : await this.ports.reader.head(commandId);
    if (head === undefined || !sees(caller, head.state.request.applicationId)) throw problem('unknown-command');
    return head;
  }

  private async deviceOf(deviceId: string, caller: string): Promise<Device> {
    const device = await this.ports.devices.find(deviceId);
    if (device?.applicationId !== caller) throw problem('unknown-device');
    return device;
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

/** The command after a committed signal; everything else ends the request. */
function headOf(outcome: Outcome): Head {
  if (outcome.kind === 'failed') throw outcome.cause;
  if (outcome.kind === 'rejected') throw rejectionProblem(outcome.rejection);
  if (outcome.head === null) throw new Error('a committed command has no head');
  return outcome.head;
}
