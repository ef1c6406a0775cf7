import type { FastifyReply } from 'fastify';
import type { DialectChooser } from '../dialect/choose-dialect.js';
import { ErrorAnswer, type Answer, type Trouble } from '../dialect/dialect.js';
import { troubleOfError } from './trouble-of-error.js';

/** pino's shape: structured details first, then the sentence. */
export interface NorthboundLogger {
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

/** Of answers whose dialect says nothing else. */
export const JSON_TYPE = 'application/json; charset=utf-8';
/** While a server is away every request fails alike: one line in this time says so, with their number. */
const OUTAGE_LINE_EVERY_MS = 5_000;

/** Turns whatever was thrown into an answer of the dialect that the URL belongs to. The only place that does. */
export class ErrorResponder {
  private unavailable = 0;
  private lastOutageLine = 0;

  constructor(
    private readonly chooser: DialectChooser,
    private readonly logger: NorthboundLogger,
  ) {}

  respond(error: unknown, url: string, reply: FastifyReply): void {
    if (reply.sent) return;
    if (error instanceof ErrorAnswer) return void send(reply, error.answer);
    const trouble = troubleOfError(error, this.chooser.bodyLimit(url));
    this.log(trouble, error, url);
    send(reply, this.chooser.of(url).answer(trouble, url));
  }

  private log(trouble: Trouble, error: unknown, url: string): void {
    const path = url.split('?', 1)[0];
    if (trouble.kind === 'broken') return this.logger.error({ err: error, path }, 'a request failed through our fault');
    if (trouble.kind !== 'unavailable') return;
    this.unavailable += 1;
    const now = performance.now();
    if (this.lastOutageLine !== 0 && now - this.lastOutageLine < OUTAGE_LINE_EVERY_MS) return;
    this.logger.warn({ err: error, path, requests: this.unavailable }, 'requests are turned away for now');
    this.unavailable = 0;
    this.lastOutageLine = now;
  }
}

/** Sends an answer as it is. */
export function send(reply: FastifyReply, answer: Answer): FastifyReply {
  if (answer.headers) void reply.headers(answer.headers);
  return reply
    .code(answer.status)
    .header('content-type', answer.contentType ?? JSON_TYPE)
    .send(answer.body);
}
