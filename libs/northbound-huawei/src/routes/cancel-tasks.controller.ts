import { Controller, Get, Inject, Post, Req, Res } from '@nestjs/common';
import type { CancelTask } from '@downlink/command-engine';
import { send, type NorthboundPorts } from '@downlink/northbound-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { HuaweiAuthentication } from '../authentication.js';
import { toCancelTaskResource } from '../from-canonical.js';
import { toCancelTaskQuery } from '../to-canonical.js';
import { HUAWEI_PORTS } from '../tokens.js';
import { createCancelTaskBody, queryCancelTasksQuery, type CancelTaskResource } from '../wire/cancel-task.js';
import { successJson } from '../wire/command-resource.js';
import { read } from '../wire/read.js';
import { ownDevice } from './own-device.js';

/** A lane holds 20 (100223). Where its cap was raised, an answer shows this many commands in all; `totalCount` counts every one. */
const LANE = 20;
const MOST_COMMANDS = 20_000;

/** Huawei, Creating / Querying Device Command Cancellation Tasks v1.4.0: withdraw everything that is PENDING for a device. */
@Controller('iocm/app/cmd/v1.4.0/deviceCommandCancelTasks')
export class CancelTasksController {
  constructor(
    @Inject(HUAWEI_PORTS) private readonly ports: NorthboundPorts,
    @Inject(HuaweiAuthentication) private readonly authentication: HuaweiAuthentication,
  ) {}

  /** The task is durable when this answers, and worked off behind it. */
  @Post()
  async create(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const caller = await this.authentication.caller(request);
    const applicationId = await this.authentication.applicationOfQuery(request, caller);
    const { deviceId } = read(createCancelTaskBody, request.body);
    await ownDevice(this.ports, deviceId, applicationId);
    const task = await this.ports.cancelTasks.create({ applicationId, deviceId });
    const [shown] = await this.shown([task]);
    send(reply, { status: 201, body: successJson(shown) });
  }

  @Get()
  async query(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const caller = await this.authentication.caller(request);
    const query = read(queryCancelTasksQuery, request.query);
    const applicationId = await this.authentication.applicationOf(query.appId, caller);
    if (query.deviceId !== undefined) await ownDevice(this.ports, query.deviceId, applicationId);
    const { tasks, total } = await this.ports.cancelTasks.search(toCancelTaskQuery(query, applicationId));
    const pagination = { pageNo: query.pageNo, pageSize: query.pageSize, totalSize: total };
    send(reply, { status: 200, body: successJson({ pagination, data: await this.shown(tasks) }) });
  }

  private async shown(tasks: readonly CancelTask[]): Promise<CancelTaskResource[]> {
    const ids = tasks.filter(({ total }) => total > 0).map(({ id }) => id);
    const most = Math.max(LANE, Math.floor(MOST_COMMANDS / tasks.length));
    const commands = await this.ports.cancelTasks.firstCommands(ids, most);
    return tasks.map((task) => toCancelTaskResource(task, commands.get(task.id) ?? []));
  }
}
