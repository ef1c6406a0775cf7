import { Controller, Get, Inject, Post, Req, Res } from '@nestjs/common';
import type { DeskAnswer, KeptDeadLetter } from '@downlink/command-engine';
import type { NorthboundPorts } from '@downlink/northbound-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { NativeAuthentication, scopeOf } from '../authentication.js';
import { problem } from '../errors/problem.js';
import { NATIVE_PORTS } from '../tokens.js';
import { deadLetterId, deadLetterView, discardBody, listDeadLettersQuery, replayBody } from '../wire/dead-letter.js';
import { read } from '../wire/read.js';
import { answer } from './answer.js';

/** Records that no service could take. An application sees those about its devices, the administrator all. */
@Controller('v1/dead-letters')
export class DeadLettersController {
  constructor(
    @Inject(NATIVE_PORTS) private readonly ports: NorthboundPorts,
    @Inject(NativeAuthentication) private readonly authentication: NativeAuthentication,
  ) {}

  @Get()
  async list(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const applicationId = scopeOf(await this.authentication.caller(request));
    const { deviceId, state, after, limit } = read(listDeadLettersQuery, request.query);
    const letters = await this.ports.deadLetters.search({
      ...(applicationId !== undefined && { applicationId }),
      ...(deviceId !== undefined && { deviceId }),
      ...(state !== undefined && { state }),
      ...(after !== undefined && { after }),
      limit,
    });
    const next = letters.length < limit ? null : letters.at(-1)!.id;
    answer(reply, 200, { items: letters.map(deadLetterView), next });
  }

  @Get(':id')
  async get(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    answer(reply, 200, deadLetterView(await this.found(request)));
  }

  /** Puts the record back on its topic and lets the lane go on. The same call again does nothing more. */
  @Post(':id/replay')
  async replay(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { id } = await this.found(request);
    read(replayBody, request.body ?? {});
    answer(reply, 200, deadLetterView(letterOf(await this.ports.deadLetters.replay(id))));
  }

  /** Gives the record up and lets the lane go on. The same call again does nothing more. */
  @Post(':id/discard')
  async discard(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { id } = await this.found(request);
    const { reason } = read(discardBody, request.body ?? {});
    answer(reply, 200, deadLetterView(letterOf(await this.ports.deadLetters.discard(id, reason))));
  }

  private async found(request: FastifyRequest): Promise<KeptDeadLetter> {
    const applicationId = scopeOf(await this.authentication.caller(request));
    const id = deadLetterId.safeParse((request.params as { id: string }).id);
    const letter = id.success ? await this.ports.deadLetters.find(id.data, applicationId) : undefined;
    if (letter === undefined) throw problem('unknown-dead-letter');
    return letter;
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
