import { Controller, Get, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import type { JsonObject } from '@downlink/command-domain';
import type { BatchTask } from '@downlink/command-engine';
import { send, type NorthboundPorts } from '@downlink/northbound-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { HuaweiAuthentication } from '../authentication.js';
import { statesOf } from '../batch/detail-status.js';
import { toNewTask } from '../batch/to-new-task.js';
import { toBatchTaskResource, toTaskDetail } from '../batch/to-resource.js';
import { huaweiError } from '../errors/error-answer.js';
import type { HuaweiSettings } from '../settings.js';
import { HUAWEI_PORTS, HUAWEI_SETTINGS } from '../tokens.js';
import { createBatchTaskBody, queryBatchTaskQuery, queryTaskDetailsQuery } from '../wire/batch-task.js';
import { successJson } from '../wire/command-resource.js';
import { read } from '../wire/read.js';
import { checkCallbackServer } from './callback-server.js';

/** Huawei, Creating a Batch Task; Querying Information About a Batch Task and About its Subtasks v1.1.0, for the type DeviceCmd. */
@Controller('iocm/app/batchtask/v1.1.0')
export class BatchTasksController {
  constructor(
    @Inject(HUAWEI_PORTS) private readonly ports: NorthboundPorts,
    @Inject(HUAWEI_SETTINGS) private readonly settings: HuaweiSettings,
    @Inject(HuaweiAuthentication) private readonly authentication: HuaweiAuthentication,
  ) {}

  /** The task is durable when this answers, and worked off behind it. */
  @Post('tasks')
  @HttpCode(200)
  async create(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const caller = await this.authentication.caller(request);
    const body = read(createBatchTaskBody, request.body);
    const applicationId = await this.authentication.applicationOf(body.appId, caller);
    const { serviceId: service, method } = body.param.command;
    await this.authentication.checkMethod(caller, { service, method });
    await checkCallbackServer(this.ports, this.settings, applicationId, body.param.callbackUrl);
    const { param } = request.body as { param: JsonObject };
    const task = await toNewTask(this.ports, this.settings, applicationId, { body, param });
    const { id } = await this.ports.batchTasks.create(task);
    send(reply, { status: 200, body: successJson({ taskID: id }) });
  }

  @Get('tasks/:taskId')
  async query(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const caller = await this.authentication.caller(request);
    const { appId, select } = read(queryBatchTaskQuery, request.query);
    const applicationId = await this.authentication.applicationOf(appId, caller);
    const task = await this.taskOf((request.params as { taskId: string }).taskId, applicationId);
    const counts = await this.ports.batchTasks.counts(task.id);
    send(reply, { status: 200, body: successJson(toBatchTaskResource(task, counts, select === 'tag')) });
  }

  @Get('taskDetails')
  async details(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const caller = await this.authentication.caller(request);
    const { appId, taskId, status, deviceId, commandId, pageNo, pageSize } = read(queryTaskDetailsQuery, request.query);
    const task = await this.taskOf(taskId, await this.authentication.applicationOf(appId, caller));
    const { members, total } = await this.ports.batchTasks.members({
      taskId: task.id,
      ...(status !== undefined && { states: statesOf(status) }),
      ...(deviceId !== undefined && { deviceId }),
      ...(commandId !== undefined && { commandId }),
      offset: pageNo * pageSize,
      limit: pageSize,
    });
    const taskDetails = members.map(toTaskDetail);
    send(reply, { status: 200, body: successJson({ pageNo, pageSize, totalCount: total, taskDetails }) });
  }

  /** @throws ErrorAnswer 101001 for an unknown task, and for another application's, which looks the same */
  private async taskOf(id: string, applicationId: string): Promise<BatchTask> {
    const task = await this.ports.batchTasks.find(id, applicationId);
    if (task === undefined) throw huaweiError('task-unknown');
    return task;
  }
}
