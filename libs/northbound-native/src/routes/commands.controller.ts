import { Controller, Get, Inject, Post, Req, Res } from '@nestjs/common';
import type { Head, Submission } from '@downlink/command-engine';
import type { NorthboundPorts } from '@downlink/northbound-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { NativeAuthentication } from '../authentication.js';
import type { NativeSettings } from '../settings.js';
import { CommandIntake, takenOf } from '../submission/command-intake.js';
import { submitHeld, type HeldCall } from '../submission/held-submission.js';
import { keyOfRequest } from '../submission/idempotency-key.js';
import { NATIVE_PORTS, NATIVE_SETTINGS } from '../tokens.js';
import { attemptViews, commandView, eventView, webhookView } from '../wire/command-view.js';
import { listCommandsQuery } from '../wire/list-commands.js';
import { read } from '../wire/read.js';
import { submitCallBody } from '../wire/submit-command.js';
import { searchOf } from '../wire/timeline-query.js';
import { answer } from './answer.js';
import { findCommand } from './find-command.js';

const REPLAYED = { 'idempotency-replayed': 'true' };

@Controller('v1/commands')
export class CommandsController {
  private readonly intake: CommandIntake;

  constructor(
    @Inject(NATIVE_PORTS) private readonly ports: NorthboundPorts,
    @Inject(NATIVE_SETTINGS) settings: NativeSettings,
    @Inject(NativeAuthentication) private readonly authentication: NativeAuthentication,
  ) {
    this.intake = new CommandIntake(ports, settings.delivery);
  }

  /**
   * Answers with the state right after the transaction: `queued`, or `sending` when its first attempt has begun. A repeated
   * call with the same Idempotency-Key answers with the first call's command as it stands by then.
   */
  @Post()
  async submit(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const began = performance.now();
    const caller = await this.authentication.application(request);
    const key = keyOfRequest(request);
    const { wait, expireWithWait = false, ...body } = read(submitCallBody, request.body);
    // The key is for what is commanded; how long the caller waits may change with each try, unless the command ends with it.
    const keyed = expireWithWait ? { ...body, wait, expireWithWait } : body;
    const submission = await this.intake.submissionOf(keyed, caller, key);
    if (wait !== undefined) return this.answerWhenFinal(reply, submission, { wait, expireWithWait, began });
    const { request: command, options } = submission;
    const { head, replayed } = takenOf(await this.ports.commands.submit(command, options));
    answer(reply, 201, commandView(head), replayed ? REPLAYED : {});
  }

  @Get()
  async list(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const caller = await this.authentication.application(request);
    const query = read(listCommandsQuery, request.query);
    const { heads, total } = await this.ports.reader.search(searchOf(query, caller));
    answer(reply, 200, { items: heads.map(commandView), total, limit: query.limit, offset: query.offset });
  }

  /** Only while no attempt is out; a command that was put back because nobody listened counts as not out. */
  @Post(':id/cancel')
  async cancel(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { commandId, state } = await this.commandOf(request);
    const outcome = await this.ports.commands.cancel(commandId, state.request.deviceId);
    answer(reply, 200, commandView(takenOf(outcome).head));
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

  /** 200 with the outcome; 202 with the command as it stands when the wait is over first. */
  private async answerWhenFinal(reply: FastifyReply, submission: Submission, call: HeldCall): Promise<void> {
    const { head, ended, replayed } = await submitHeld(this.ports, submission, call, reply);
    if (ended === 'gone') return void reply.hijack();
    const headers = { location: `/v1/commands/${head.commandId}`, ...(replayed && REPLAYED) };
    answer(reply, ended === 'final' ? 200 : 202, commandView(head), headers);
  }

  private commandOf(request: FastifyRequest): Promise<Head> {
    return findCommand(this.ports, this.authentication, request);
  }
}
