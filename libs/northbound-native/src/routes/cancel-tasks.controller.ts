import { Controller, Get, Inject, Post, Req, Res } from '@nestjs/common';
import type { NorthboundPorts } from '@downlink/northbound-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { NativeAuthentication, ownerOf, sees } from '../authentication.js';
import { problem } from '../errors/problem.js';
import { Documented } from '../openapi/documented.decorator.js';
import { NATIVE_PORTS } from '../tokens.js';
import {
  cancelTaskAnswer,
  cancelTaskCommandView,
  cancelTaskKey,
  cancelTaskListAnswer,
  cancelTaskQuery,
  cancelTaskView,
  cancelTaskWithCommandsAnswer,
  createCancelTaskBody,
  listCancelTasksQuery,
  placeInTask,
} from '../wire/cancel-task.js';
import { pageOf, readCursor, writeCursor, type AskedList } from '../wire/cursor.js';
import { read } from '../wire/read.js';
import { narrowedBy } from '../wire/timeline-query.js';
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
  @Documented({
    summary: 'Cancels everything that is queued for the device',
    key: 'either',
    body: createCancelTaskBody,
    bodyOptional: true,
    answers: { 201: { description: 'The task, durable', schema: cancelTaskAnswer } },
    problems: ['unknown-device'],
  })
  @Post('devices/:id/cancel-tasks')
  async create(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const caller = await this.authentication.caller(request);
    const { id: deviceId } = request.params as { id: string };
    read(createCancelTaskBody, request.body ?? {});
    const { applicationId } = await findDevice(this.ports, deviceId, caller);
    const task = await this.ports.cancelTasks.create({ applicationId, deviceId });
    answer(reply, 201, cancelTaskView(task), { location: `/v1/cancel-tasks/${task.id}` });
  }

  @Documented({
    summary: 'Cancel tasks of one application, the newest first',
    key: 'either',
    query: listCancelTasksQuery,
    answers: { 200: { description: 'A page', schema: cancelTaskListAnswer } },
  })
  @Get('cancel-tasks')
  async list(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const caller = await this.authentication.caller(request);
    const { application, limit, offset, cursor, ...rest } = read(listCancelTasksQuery, request.query);
    const applicationId = ownerOf(caller, application);
    const filters = narrowedBy(rest);
    const list: AskedList = ['cancel-tasks', applicationId, filters];
    const after = cursor === undefined ? {} : { after: readCursor(list, cursor, cancelTaskKey) };
    const question = { applicationId, ...filters, ...after, offset: offset ?? 0, limit: limit + 1 };
    const { tasks, total } = await this.ports.cancelTasks.search(question);
    const { items, next } = pageOf(list, tasks, { limit, key: ({ id }) => id });
    const shown = { total, limit, offset: cursor === undefined ? question.offset : null };
    answer(reply, 200, { items: items.map(cancelTaskView), next, ...shown });
  }

  /** With its commands, in the order of the queue, and what became of each. */
  @Documented({
    summary: 'One cancel task, with its commands and what became of each',
    key: 'either',
    query: cancelTaskQuery,
    answers: { 200: { description: 'The task and a page of its commands', schema: cancelTaskWithCommandsAnswer } },
    problems: ['unknown-task'],
  })
  @Get('cancel-tasks/:id')
  async get(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const caller = await this.authentication.caller(request);
    const { limit, offset, cursor } = read(cancelTaskQuery, request.query);
    const { id } = request.params as { id: string };
    const task = await this.ports.cancelTasks.find(id);
    if (task === undefined || !sees(caller, task.applicationId)) throw problem('unknown-task');
    const list: AskedList = ['commands of a cancel task', task.id];
    const from = cursor === undefined ? (offset ?? 0) : readCursor(list, cursor, placeInTask);
    const commands = await this.ports.cancelTasks.commands(task.id, { offset: from, limit: limit + 1 });
    const next = commands.length > limit ? writeCursor(list, String(from + limit)) : null;
    answer(reply, 200, {
      ...cancelTaskView(task),
      commands: commands.slice(0, limit).map(cancelTaskCommandView),
      next,
    });
  }
}
