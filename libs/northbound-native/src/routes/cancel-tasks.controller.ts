import { Controller, Get, Inject, Post, Req, Res } from '@nestjs/common';
import type { NorthboundPorts } from '@downlink/northbound-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { NativeAuthentication, sees } from '../authentication.js';
import { problem } from '../errors/problem.js';
import { NATIVE_PORTS } from '../tokens.js';
import {
  cancelTaskCommandView,
  cancelTaskQuery,
  cancelTaskView,
  createCancelTaskBody,
  listCancelTasksQuery,
} from '../wire/cancel-task.js';
import { read } from '../wire/read.js';
import { searchOf } from '../wire/timeline-query.js';
import { answer } from './answer.js';
import { findDevice } from './find-device.js';

/** Withdraw everything that is queued for a device: written down here, worked off by the schedulers. */
@Controller('v1')
export class CancelTasksController {
  constructor(
    @Inject(NATIVE_PORTS) private readonly ports: NorthboundPorts,
    @Inject(NativeAuthentication) private readonly authentication: NativeAuthentication,
  ) {}

  /** The task is durable when this answers; what is queued at that moment is canceled, what comes later is not. */
  @Post('devices/:id/cancel-tasks')
  async create(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const caller = await this.authentication.caller(request);
    const { id: deviceId } = request.params as { id: string };
    read(createCancelTaskBody, request.body ?? {});
    const { applicationId } = await findDevice(this.ports, deviceId, caller);
    const task = await this.ports.cancelTasks.create({ applicationId, deviceId });
    answer(reply, 201, cancelTaskView(task), { location: `/v1/cancel-tasks/${task.id}` });
  }

  @Get('cancel-tasks')
  async list(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const applicationId = await this.authentication.application(request);
    const query = read(listCancelTasksQuery, request.query);
    const { tasks, total } = await this.ports.cancelTasks.search(searchOf(query, applicationId));
    answer(reply, 200, { items: tasks.map(cancelTaskView), total, limit: query.limit, offset: query.offset });
  }

  /** With its commands, in the order of the queue, and what became of each. */
  @Get('cancel-tasks/:id')
  async get(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const caller = await this.authentication.caller(request);
    const page = read(cancelTaskQuery, request.query);
    const { id } = request.params as { id: string };
    const task = await this.ports.cancelTasks.find(id);
    if (task === undefined || !sees(caller, task.applicationId)) throw problem('unknown-task');
    const commands = await this.ports.cancelTasks.commands(task.id, page);
    answer(reply, 200, { ...cancelTaskView(task), commands: commands.map(cancelTaskCommandView) });
  }
}
