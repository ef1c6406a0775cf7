import { Controller, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import type { CommandRequest } from '@downlink/command-domain';
import type { Head, SubmitOptions } from '@downlink/command-engine';
import { callerGone, send, type NorthboundPorts } from '@downlink/northbound-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { HuaweiAuthentication } from '../authentication.js';
import type { HuaweiSettings } from '../settings.js';
import { toSendCommandAnswer } from '../signaltrans/to-answer.js';
import { toSignaltransRequest, uniqueUnder, type SignaltransCall } from '../signaltrans/to-request.js';
import { HUAWEI_PORTS, HUAWEI_SETTINGS } from '../tokens.js';
import { successJson } from '../wire/command-resource.js';
import { read } from '../wire/read.js';
import { sendCommandBody, sendCommandPath, type SendCommandBody } from '../wire/send-command.js';
import { checkCallbackServer } from './callback-server.js';
import { checkModel, type ModelErrors } from './check-model.js';
import { headOf } from './head-of.js';
import { ownDevice } from './own-device.js';

/** How much longer a call waits than its command, so that the end of the command's own wait is heard of. */
const SCHEDULING_MS = 2_000;
const MODEL_ERRORS: ModelErrors = { noService: 'service-type-unknown', parametersAt: ['body'] };

/** Huawei, Calling Device Services (`invokeDeviceService`): commands that are not cached. */
@Controller('iocm/app/signaltrans/v1.1.0/devices/:deviceId/services/:serviceId')
export class SendCommandController {
  constructor(
    @Inject(HUAWEI_PORTS) private readonly ports: NorthboundPorts,
    @Inject(HUAWEI_SETTINGS) private readonly settings: HuaweiSettings,
    @Inject(HuaweiAuthentication) private readonly authentication: HuaweiAuthentication,
  ) {}

  /** Answers `sent` at once; with toType CLOUD `delivered` or `failed`, as soon as that is known and after a bounded wait at most. */
  @Post('sendCommand')
  @HttpCode(200)
  async sendCommand(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const caller = await this.authentication.caller(request);
    const applicationId = await this.authentication.applicationOfQuery(request, caller);
    const { deviceId, serviceId } = read(sendCommandPath, request.params);
    const body = read(sendCommandBody, request.body);
    const device = await ownDevice(this.ports, deviceId, applicationId);
    const asked = { service: serviceId, method: body.header.method, parameters: body.body };
    await this.authentication.checkMethod(caller, asked);
    await checkCallbackServer(this.ports, this.settings, applicationId, body.header.callbackURL);
    const stamp = await checkModel(this.ports, asked, device, MODEL_ERRORS);
    const call = { device, serviceId, body, commandId: this.ports.commands.nextId() };
    const head = await this.submit({ ...toSignaltransRequest(call, this.settings), ...stamp }, call, reply);
    send(reply, { status: 200, body: successJson(toSendCommandAnswer(head, body)) });
  }

  private async submit(request: CommandRequest, call: SignaltransCall, reply: FastifyReply): Promise<Head> {
    const idempotency = uniqueUnder(call);
    const options: SubmitOptions = { commandId: call.commandId, ...(idempotency && { idempotency }) };
    const submit = async (waiter?: string): Promise<Head> => {
      const named = waiter === undefined ? request : { ...request, waiter };
      return headOf(await this.ports.commands.submit(named, options), { 'device-unreachable': offline(call.body) });
    };
    if (call.body.header.toType !== 'CLOUD') return submit();
    const until = performance.now() + this.settings.receiptWithinMs + SCHEDULING_MS;
    const patience = { until, signal: callerGone(reply), waitedFor: 'delivered' } as const;
    return (await this.ports.finalEvents.hold(patience, submit)).head;
  }
}

function offline({ header }: SendCommandBody): 'gateway-offline' | 'device-offline' {
  return header.toType === 'GATEWAY' ? 'gateway-offline' : 'device-offline';
}
