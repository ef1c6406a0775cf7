import { ErrorAnswer, send, type Answer } from '@downlink/northbound-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errorAnswer, type ErrorAnswerOptions } from '../errors/error-answer.js';
import type { QuectelErrorName } from '../errors/error-table.js';
import { languageOf, type Language } from '../errors/language.js';
import { Refusal } from '../errors/refusal.js';

/** A call that is being answered. */
export interface Call {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/**
 * Sends what `work` gives, and a refusal as the vendor's error in the call's language.
 * @param refused the envelope of errors, where it is not ActionResult
 */
export async function answer(
  { request, reply }: Call,
  work: (language: Language) => Promise<object>,
  refused: (name: QuectelErrorName, options: ErrorAnswerOptions) => Answer = errorAnswer,
): Promise<void> {
  const language = languageOf(request.url);
  try {
    send(reply, { status: 200, body: JSON.stringify(await work(language)) });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new ErrorAnswer(refused(error.error, { language, detail: error.detail }));
  }
}
