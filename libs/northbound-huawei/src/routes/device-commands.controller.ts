import { Controller, Get, Inject, Post, Put, Req, Res } from '@nestjs/common';
import { parseHex32 } from '@downlink/command-domain';
import type { Head } from '@downlink/command-engine';
import { send, type NorthboundPorts } from '@downlink/northbound-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { HuaweiAuthentication } from '../authentication.js';
import { huaweiError } from '../errors/error-answer.js';
import { errorOfRejection } from '../errors/error-map.js';
import { toCreated, toResourceWithResult } from '../from-canonical.js';
import type { HuaweiSettings } from '../settings.js';
import { toCommandQuery, toRequest } from '../to-canonical.js';
import { HUAWEI_PORTS, HUAWEI_SETTINGS } from '../tokens.js';
import { successJson } from '../wire/command-resource.js';
import { createCommandBody } from '../wire/create-command.js';
import { modifyCommandBody } from '../wire/modify-command.js';
import { queryCommandsQuery } from '../wire/query-commands.js';
import { read } from '../wire/read.js';
import { checkCallbackServer } from './callback-server.js';
import { checkModel, type ModelErrors } from './check-model.js';
import { headOf } from './head-of.js';
import { ownDevice, refuseZombie } from './own-device.js';

const MODEL_ERRORS: ModelErrors = { noService: 'service-unknown', parametersAt: ['command', 'paras'] };

/** Huawei, Creating / Querying / Modifying Device Commands v1.4.0. */
@Controller('iocm/app/cmd/v1.4.0/deviceCommands')
export class DeviceCommandsController {
  constructor(
    @Inject(HUAWEI_PORTS) private readonly ports: NorthboundPorts,
    @Inject(HUAWEI_SETTINGS) private readonly settings: HuaweiSettings,
    @Inject(HuaweiAuthentication) private readonly authentication: HuaweiAuthentication,
  ) {}

  /** Answers with the state right after the transaction: PENDING when queued, SENT when its first attempt has begun. */
  @Post()
  async create(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const caller = await this.authentication.caller(request);
    const applicationId = await this.authentication.applicationOfQuery(request, caller);
    const body = read(createCommandBody, request.body);
    const device = await ownDevice(this.ports, body.deviceId, applicationId);
    refuseZombie(device, this.settings.zombieAfterMs);
    const { serviceId: service, method, paras: parameters } = body.command;
    await this.authentication.checkMethod(caller, { service, method });
    await checkCallbackServer(this.ports, this.settings, applicationId, body.callbackUrl);
    const stamp = await checkModel(this.ports, { service, method, parameters }, device, MODEL_ERRORS);
    const outcome = await this.ports.commands.submit({ ...toRequest(body, device, this.settings.delivery), ...stamp });
    send(reply, { status: 201, body: successJson(toCreated(headOf(outcome), body)) });
  }

  @Get()
  async query(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const caller = await this.authentication.caller(request);
    const query = read(queryCommandsQuery, request.query);
    const applicationId = await this.authentication.applicationOf(query.appId, caller);
    if (query.deviceId !== undefined) await ownDevice(this.ports, query.deviceId, applicationId);
    const { heads, total } = await this.ports.reader.search(toCommandQuery(query, applicationId));
    const pagination = { pageNo: query.pageNo, pageSize: query.pageSize, totalSize: total };
    send(reply, { status: 200, body: successJson({ pagination, data: heads.map(toResourceWithResult) }) });
  }

  /** Only to CANCELED, and only while PENDING. */
  @Put(':commandId')
  async modify(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const caller = await this.authentication.caller(request);
    const applicationId = await this.authentication.applicationOfQuery(request, caller);
    read(modifyCommandBody, request.body);
    const { commandId: hex } = request.params as { commandId: string };
    const { commandId, state } = await this.commandOf(hex, applicationId);
    const outcome = await this.ports.commands.cancel(commandId, state.request.deviceId);
    send(reply, { status: 200, body: successJson(toResourceWithResult(headOf(outcome))) });
  }

  private async commandOf(hex: string, applicationId: string): Promise<Head> {
    const commandId = parseHex32(hex);
    const head = commandId === undefined ? undefined : await this.ports.reader.head(commandId);
    if (head?.state.request.applicationId !== applicationId) {
      throw huaweiError(errorOfRejection('unknown-command'), 'there is no such command');
    }
    return head;
  }
}
