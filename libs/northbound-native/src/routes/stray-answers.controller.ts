import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { NorthboundPorts } from '@downlink/northbound-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { NativeAuthentication } from '../authentication.js';
import { Documented } from '../openapi/documented.decorator.js';
import { NATIVE_PORTS } from '../tokens.js';
import { pageOf, readCursor, type AskedList } from '../wire/cursor.js';
import { read } from '../wire/read.js';
import {
  strayAnswerKey,
  strayAnswerListAnswer,
  strayAnswersQuery,
  strayAnswerView,
} from '../wire/stray-answer-view.js';
import { answer } from './answer.js';
import { findDevice } from './find-device.js';

/** What a device said that belongs to no command, the newest first: the last 100, of seven days. */
@Controller('v1/devices/:id/stray-answers')
export class StrayAnswersController {
  constructor(
    @Inject(NATIVE_PORTS) private readonly ports: NorthboundPorts,
    @Inject(NativeAuthentication) private readonly authentication: NativeAuthentication,
  ) {}

  @Documented({
    summary: 'What the device said that belongs to no command, the newest first',
    key: 'either',
    query: strayAnswersQuery,
    answers: { 200: { description: 'A page', schema: strayAnswerListAnswer } },
    problems: ['unknown-device'],
  })
  @Get()
  async list(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const caller = await this.authentication.caller(request);
    const { id } = request.params as { id: string };
    await findDevice(this.ports, id, caller);
    const { limit, cursor } = read(strayAnswersQuery, request.query);
    const list: AskedList = ['stray-answers', id];
    const behind = cursor === undefined ? undefined : BigInt(readCursor(list, cursor, strayAnswerKey));
    const kept = await this.ports.strayAnswers.ofDevice(id);
    const listed = behind === undefined ? kept : kept.filter((stray) => BigInt(stray.id) < behind);
    const { items, next } = pageOf(list, listed, { limit, key: (stray) => stray.id });
    answer(reply, 200, { items: items.map(strayAnswerView), next });
  }
}
