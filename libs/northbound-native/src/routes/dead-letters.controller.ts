import { Controller, Get, Inject, Post, Req, Res } from '@nestjs/common';
import type { DeskAnswer, KeptDeadLetter } from '@downlink/command-engine';
import type { NorthboundPorts } from '@downlink/northbound-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { NativeAuthentication, scopeOf, sees, type Caller } from '../authentication.js';
import { problem } from '../errors/problem.js';
import { Documented } from '../openapi/documented.decorator.js';
import { NATIVE_PORTS } from '../tokens.js';
import {
  deadLetterAnswer,
  deadLetterId,
  deadLetterListAnswer,
  deadLetterView,
  discardBody,
  listDeadLettersQuery,
  replayBody,
} from '../wire/dead-letter.js';
import { read } from '../wire/read.js';
import { answer } from './answer.js';

/** Records that no service could take. An application sees those about its devices, the administrator all. */
@Controller('v1/dead-letters')
export class DeadLettersController {
  constructor(
    @Inject(NATIVE_PORTS) private readonly ports: NorthboundPorts,
    @Inject(NativeAuthentication) private readonly authentication: NativeAuthentication,
  ) {}

  @Documented({
    summary: 'Dead letters, the newest first',
    key: 'either',
    query: listDeadLettersQuery,
    answers: { 200: { description: 'A page', schema: deadLetterListAnswer } },
  })
  @Get()
  async list(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const caller = await this.authentication.caller(request);
    const { application, deviceId, state, after, cursor, limit } = read(listDeadLettersQuery, request.query);
    const applicationId = scopeOf(caller, application);
    const behind = cursor ?? after;
    const letters = await this.ports.deadLetters.search({
      ...(applicationId !== undefined && { applicationId }),
      ...(deviceId !== undefined && { deviceId }),
      ...(state !== undefined && { state }),
      ...(behind !== undefined && { after: behind }),
      limit: limit + 1,
    });
    const page = letters.slice(0, limit);
    const next = letters.length > limit ? page.at(-1)!.id : null;
    answer(reply, 200, { items: page.map(deadLetterView), next });
  }

  @Documented({
    summary: 'One dead letter, without its record',
    key: 'either',
    answers: { 200: { description: 'The dead letter', schema: deadLetterAnswer } },
    problems: ['unknown-dead-letter'],
  })
  @Get(':id')
  async get(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    answer(reply, 200, deadLetterView(await this.found(request)));
  }

  /** Puts the record back on its topic and lets the lane go on. The same call again does nothing more. */
  @Documented({
    summary: 'Puts the record back on its topic and lets the lane go on',
    key: 'either',
    body: replayBody,
    bodyOptional: true,
    answers: { 200: { description: 'The dead letter as it is now', schema: deadLetterAnswer } },
    problems: ['unknown-dead-letter', 'already-settled', 'not-replayable'],
  })
  @Post(':id/replay')
  async replay(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { id } = await this.found(request);
    read(replayBody, request.body ?? {});
    answer(reply, 200, deadLetterView(letterOf(await this.ports.deadLetters.replay(id))));
  }

  /** Gives the record up and lets the lane go on. The same call again does nothing more. */
  @Documented({
    summary: 'Gives the record up and lets the lane go on',
    key: 'either',
    body: discardBody,
    bodyOptional: true,
    answers: { 200: { description: 'The dead letter as it is now', schema: deadLetterAnswer } },
    problems: ['unknown-dead-letter', 'already-settled'],
  })
  @Post(':id/discard')
  async discard(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { id } = await this.found(request);
    const { reason } = read(discardBody, request.body ?? {});
    answer(reply, 200, deadLetterView(letterOf(await this.ports.deadLetters.discard(id, reason))));
  }

  private async found(request: FastifyRequest): Promise<KeptDeadLetter> {
    const caller = await this.authentication.caller(request);
    const id = deadLetterId.safeParse((request.params as { id: string }).id);
    const letter = id.success ? await this.ports.deadLetters.find(id.data) : undefined;
    if (letter === undefined || !(await this.isSeen(letter, caller))) throw problem('unknown-dead-letter');
    return letter;
  }

  private async isSeen({ deviceId }: KeptDeadLetter, caller: Caller): Promise<boolean> {
    if (caller.kind === 'admin') return true;
    const device = deviceId === null ? undefined : await this.ports.devices.find(deviceId);
    return device !== undefined && sees(caller, device.applicationId);
  }
}

/** The dead letter after what was asked; everything else ends the request. */
function letterOf(outcome: DeskAnswer): KeptDeadLetter {
  switch (outcome.kind) {
    case 'done':
      return outcome.letter;
    case 'unknown':
      throw problem('unknown-dead-letter');
    case 'settled-otherwise':
      throw problem('already-settled', { detail: `the dead letter is ${outcome.letter.state}` });
    case 'not-replayable':
      throw problem('not-replayable', { detail: 'its record is too large to be kept, or does not belong on this bus' });
  }
}
