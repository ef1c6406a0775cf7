import { Controller, Get, Inject, Post, Req, Res } from '@nestjs/common';
import type { CommandQuery, Head, Submission } from '@downlink/command-engine';
import type { NorthboundPorts } from '@downlink/northbound-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { NativeAuthentication, ownerOf } from '../authentication.js';
import { Documented } from '../openapi/documented.decorator.js';
import type { NativeSettings } from '../settings.js';
import { CommandIntake, takenOf } from '../submission/command-intake.js';
import { submitHeld, type HeldCall } from '../submission/held-submission.js';
import { keyOfRequest } from '../submission/idempotency-key.js';
import { NATIVE_PORTS, NATIVE_SETTINGS } from '../tokens.js';
import { attemptViews, commandView, eventView, webhookView } from '../wire/command-view.js';
import { commandAnswer } from '../wire/command-answer.js';
import { pageOf, readCursor, type AskedList } from '../wire/cursor.js';
import { historyAnswer } from '../wire/history-answer.js';
import { commandKey, commandListAnswer, listCommandsQuery } from '../wire/list-commands.js';
import { read } from '../wire/read.js';
import { submitCallBody } from '../wire/submit-command.js';
import { narrowedBy } from '../wire/timeline-query.js';
import { answer } from './answer.js';
import { findCommand } from './find-command.js';

const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  description: '1 to 255 visible ASCII characters; the same key with the same body is the same command, for 24 h',
};
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
  @Documented({
    summary: 'Sends a command to a device, and with `wait` holds the call until it is final',
    key: 'application',
    body: submitCallBody,
    headers: [IDEMPOTENCY_KEY],
    answers: {
      200: { description: 'With `wait`: the command with its outcome, whatever that is', schema: commandAnswer },
      201: { description: 'The command is accepted', schema: commandAnswer },
      202: { description: 'With `wait`, which is over: the command as it stands', schema: commandAnswer },
    },
    problems: ['unknown-device', 'lane-full', 'device-unreachable', 'idempotency-key-reused', 'method-not-permitted'],
  })
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

  @Documented({
    summary: 'Commands of one application, by time',
    key: 'either',
    query: listCommandsQuery,
    answers: { 200: { description: 'A page', schema: commandListAnswer } },
  })
  @Get()
  async list(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const caller = await this.authentication.caller(request);
    const { application, service, method, order, limit, offset, cursor, count, ...rest } = read(
      listCommandsQuery,
      request.query,
    );
    const applicationId = ownerOf(caller, application);
    const filters = {
      ...narrowedBy(rest),
      ...(service !== undefined && { services: service }),
      ...(method !== undefined && { methods: method }),
      order,
    };
    const list: AskedList = ['commands', applicationId, filters];
    const after = cursor === undefined ? {} : { after: readCursor(list, cursor, commandKey) };
    const question = { applicationId, ...filters, ...after, offset: offset ?? 0, limit: limit + 1 };
    const { heads, total } = await this.searched(question, count ?? cursor === undefined);
    const { items, next } = pageOf(list, heads, { limit, key: ({ commandId }) => commandId });
    const shown = { total, limit, offset: cursor === undefined ? question.offset : null };
    answer(reply, 200, { items: items.map(commandView), next, ...shown });
  }

  /** Only while no attempt is out; a command that was put back because nobody listened counts as not out. */
  @Documented({
    summary: 'Withdraws a command, while no attempt is out',
    key: 'either',
    bodyOptional: true,
    answers: { 200: { description: 'The command, canceled', schema: commandAnswer } },
    problems: ['unknown-command', 'not-cancelable'],
  })
  @Post(':id/cancel')
  async cancel(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { commandId, state } = await this.commandOf(request);
    const outcome = await this.ports.commands.cancel(commandId, state.request.deviceId);
    answer(reply, 200, commandView(takenOf(outcome).head));
  }

  /** Every event, every attempt, and every webhook with its attempts. */
  @Documented({
    summary: 'Everything that is known of a command: events, attempts, webhooks',
    key: 'either',
    answers: { 200: { description: 'Its history', schema: historyAnswer } },
    problems: ['unknown-command'],
  })
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

  private async searched(
    query: CommandQuery,
    counted: boolean,
  ): Promise<{ heads: readonly Head[]; total: number | null }> {
    if (counted) return this.ports.reader.search(query);
    return { ...(await this.ports.reader.search({ ...query, count: false })), total: null };
  }

  private commandOf(request: FastifyRequest): Promise<Head> {
    return findCommand(this.ports, this.authentication, request);
  }
}
