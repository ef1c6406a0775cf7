import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { NorthboundPorts } from '@downlink/northbound-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { NativeAuthentication } from '../authentication.js';
import { NATIVE_PORTS } from '../tokens.js';
import { strayAnswerView } from '../wire/stray-answer-view.js';
import { answer } from './answer.js';
import { findDevice } from './find-device.js';

/** What a device said that belongs to no command, the newest first: the last 100, of seven days. */
@Controller('v1/devices/:id/stray-answers')
export class StrayAnswersController {
  constructor(
    @Inject(NATIVE_PORTS) private readonly ports: NorthboundPorts,
    @Inject(NativeAuthentication) private readonly authentication: NativeAuthentication,
  ) {}

  @Get()
  async list(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const caller = await this.authentication.caller(request);
    const { id } = request.params as { id: string };
    await findDevice(this.ports, id, caller);
    answer(reply, 200, { items: (await this.ports.strayAnswers.ofDevice(id)).map(strayAnswerView) });
  }
}
