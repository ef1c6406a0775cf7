import { Controller, Inject, Logger, Post, Req, Res } from '@nestjs/common';
import type { Submission } from '@downlink/command-engine';
import { troubleOfError, type NorthboundPorts } from '@downlink/northbound-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { NativeAuthentication, type ApplicationCaller } from '../authentication.js';
import { troubleProblem } from '../errors/error-map.js';
import { Problem, problemView } from '../errors/problem.js';
import { Documented } from '../openapi/documented.decorator.js';
import type { NativeSettings } from '../settings.js';
import { CommandIntake, takenOf, type Taken } from '../submission/command-intake.js';
import { keyOfRequest } from '../submission/idempotency-key.js';
import { readBatch, withPath, type BatchItem } from '../submission/read-batch.js';
import { NATIVE_PORTS, NATIVE_SETTINGS } from '../tokens.js';
import { batchAnswer, batchBody } from '../wire/submit-batch.js';
import { answer } from './answer.js';

/** An item on its way: checked and ready to be handed in, or refused before that. */
type Checked = { readonly submission: Submission } | { readonly refusal: Problem };

@Controller('v1/commands/batch')
export class BatchController {
  private readonly intake: CommandIntake;
  private readonly logger = new Logger(BatchController.name);

  constructor(
    @Inject(NATIVE_PORTS) private readonly ports: NorthboundPorts,
    @Inject(NATIVE_SETTINGS) private readonly settings: NativeSettings,
    @Inject(NativeAuthentication) private readonly authentication: NativeAuthentication,
  ) {
    this.intake = new CommandIntake(ports, settings.delivery);
  }

  /** 200 as soon as the request as a whole can be read; what became of each item stands in `items`, in their order. */
  @Documented({
    summary: 'Sends up to a thousand commands; each is accepted or refused by itself',
    key: 'application',
    body: batchBody,
    headers: [
      { name: 'Idempotency-Key', description: 'For the whole: each item without a key of its own gets one made of it' },
    ],
    answers: { 200: { description: 'What became of each, in the order of the request', schema: batchAnswer } },
  })
  @Post()
  async submit(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const caller = await this.authentication.application(request);
    const options = { key: keyOfRequest(request), sizeLimit: this.settings.batchBodyLimit };
    const items = readBatch(request.body, options);
    const results = await this.submitted(await Promise.all(items.map((item) => this.checked(item, caller))));
    const views = results.map((result, index) => view(items[index]!, result, index));
    const accepted = results.filter((result) => 'head' in result).length;
    answer(reply, 200, { accepted, refused: results.length - accepted, items: views });
  }

  private async checked(item: BatchItem, caller: ApplicationCaller): Promise<Checked> {
    if ('refusal' in item) return item;
    try {
      return { submission: await this.intake.submissionOf(item.body, caller, item.key) };
    } catch (error) {
      if (error instanceof Problem) return { refusal: withPath(error, item.path) };
      throw error;
    }
  }

  /** What was refused before keeps its place; the rest is handed in together. */
  private async submitted(items: readonly Checked[]): Promise<(Taken | Problem)[]> {
    const good = items.flatMap((item) => ('submission' in item ? [item.submission] : []));
    const outcomes = good.length === 0 ? [] : await this.ports.commands.submitAll(good);
    let next = 0;
    return items.map((item) => {
      if ('refusal' in item) return item.refusal;
      try {
        return takenOf(outcomes[next++]!);
      } catch (error) {
        return this.problemOf(error);
      }
    });
  }

  /** A refusal, or a fault that concerned this item alone; what is our own fault is also told to the operator. */
  private problemOf(error: unknown): Problem {
    if (error instanceof Problem) return error;
    const trouble = troubleOfError(error);
    if (trouble.kind === 'broken') this.logger.error('an item of a batch failed through our fault', error);
    return troubleProblem(trouble);
  }
}

function view(item: BatchItem, result: Taken | Problem, index: number): object {
  const deviceId = 'body' in item ? item.body.deviceId : item.deviceId;
  if (!('head' in result)) return { index, deviceId, problem: problemView(result.code, result.more) };
  const { commandId, state } = result.head;
  return { index, deviceId, id: commandId, status: state.status, replayed: result.replayed };
}
