import type { AcceptedState } from '@downlink/command-domain';
import type { Head } from '@downlink/command-engine';
import { ErrorAnswer, type Answer } from '@downlink/northbound-kit';
import { commandError } from './errors/error-answer.js';
import type { EnosErrorName } from './errors/error-table.js';
import { outputData } from './from-canonical.js';
import { envelope, success, type SuccessWord } from './wire/envelope.js';

/** Which members the success of an instant call has. */
export interface InstantCall {
  readonly word: SuccessWord;
  /** Invoke Service tells the device's outputs, Set Measurement Point does not. */
  readonly outputs: boolean;
}

/**
 * What an instant command's end is to its caller (EnOS, Invoke Service: 11900, 11904, 11915). Of a command that has not ended
 * when the wait has, as far as it came.
 * @throws ErrorAnswer for everything but a success; its `data` names the command
 */
export function answerInstant({ commandId, state }: Head, { word, outputs }: InstantCall): Answer {
  switch (state.status) {
    case 'succeeded':
      return success({ commandId, ...(outputs && { outputData: outputData(state.result) ?? {} }) }, word);
    case 'failed':
      throw failedByDevice(commandId, state);
    case 'expired':
      throw commandError(hasLeft(state) ? 'device-offline' : 'never-sent', { commandId });
    case 'queued':
    case 'canceled':
    case 'superseded':
      throw commandError('never-sent', { commandId });
    case 'sending':
    case 'sent':
    case 'delivered':
    case 'timed-out':
      throw commandError(unanswered(state), { commandId });
  }
}

function unanswered(state: AcceptedState): EnosErrorName {
  return state.sentAt === null && state.deliveredAt === null ? 'never-sent' : 'no-response';
}

/** An instant command that ends before its time waited in the queue while its device left. */
function hasLeft({ finishedAt, expiresAt }: AcceptedState): boolean {
  return finishedAt !== null && expiresAt !== null && finishedAt < expiresAt;
}

const MAX_MESSAGE = 500;
const NO_CODE_OF_THE_DEVICE = 99500;

/** The device's own code and words, as far as they are fit to be an envelope's: a positive whole number, a text. */
function failedByDevice(
  commandId: string,
  { code, result }: Extract<AcceptedState, { status: 'failed' }>,
): ErrorAnswer {
  const number = code !== null && /^[1-9]\d{0,8}$/.test(code) ? Number(code) : NO_CODE_OF_THE_DEVICE;
  const data = outputData(result);
  const message = data?.['message'];
  const said =
    typeof message === 'string' && message !== '' ? message : `The device answered with ${code ?? 'a failure'}`;
  const body = { code: number, msg: said.slice(0, MAX_MESSAGE), submsg: null, data: { commandId, outputData: data } };
  return new ErrorAnswer(envelope(body));
}
