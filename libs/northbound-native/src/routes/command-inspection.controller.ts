import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import { explainWaiting, stateAt, type Head } from '@downlink/command-engine';
import { callerGone, type NorthboundPorts } from '@downlink/northbound-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { NativeAuthentication } from '../authentication.js';
import { problem } from '../errors/problem.js';
import { Documented } from '../openapi/documented.decorator.js';
import { NATIVE_PORTS } from '../tokens.js';
import { commandAnswer, pastCommandAnswer } from '../wire/command-answer.js';
import { commandView, isoTime } from '../wire/command-view.js';
import { readCommandQuery } from '../wire/read-command.js';
import { read } from '../wire/read.js';
import { waitingAnswer, waitingView } from '../wire/waiting-view.js';
import { answer } from './answer.js';
import { findCommand } from './find-command.js';

/** One command: as it is, as it was, once it is final, and why it is not yet. */
@Controller('v1/commands/:id')
export class CommandInspectionController {
  constructor(
    @Inject(NATIVE_PORTS) private readonly ports: NorthboundPorts,
    @Inject(NativeAuthentication) private readonly authentication: NativeAuthentication,
  ) {}

  @Documented({
    summary: 'The command as it is; as it was (`at`); or as it is once it is final (`wait`)',
    key: 'either',
    query: readCommandQuery,
    answers: { 200: { description: 'The command', schema: z.union([commandAnswer, pastCommandAnswer]) } },
    problems: ['unknown-command'],
  })
  @Get()
  async get(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const began = performance.now();
    const head = await findCommand(this.ports, this.authentication, request);
    const { at, wait } = read(readCommandQuery, request.query);
    if (at !== undefined) return answer(reply, 200, { ...(await this.past(head, at)), asOf: isoTime(at) });
    if (wait === undefined) return answer(reply, 200, commandView(head));
    const patience = { until: began + wait * 1000, signal: callerGone(reply) };
    const held = await this.ports.finalEvents.hold(patience, async () => head);
    if (held.ended === 'gone') return void reply.hijack();
    answer(reply, 200, commandView(held.head));
  }

  /** Why is it waiting? */
  @Documented({
    summary: 'Why the command waits: one sentence, and the same in data',
    key: 'either',
    answers: { 200: { description: 'Why', schema: waitingAnswer } },
    problems: ['unknown-command'],
  })
  @Get('waiting')
  async waiting(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { commandId } = await findCommand(this.ports, this.authentication, request);
    const situation = await this.ports.reader.situation(commandId);
    // Retention may have dropped it since.
    if (situation === undefined) throw problem('unknown-command');
    answer(reply, 200, waitingView(explainWaiting(situation)));
  }

  private async past({ commandId }: Head, at: number): Promise<object> {
    const then = stateAt(await this.ports.reader.history(commandId), at);
    if (then === undefined) {
      throw problem('unknown-command', { detail: 'the command had not been accepted at that instant' });
    }
    return commandView(then);
  }
}
