import type { Json } from '@downlink/command-domain';
import { ErrorAnswer, type Answer } from '@downlink/northbound-kit';
import { envelope, tokenEnvelope } from '../wire/envelope.js';
import { ENOS_ERRORS, type EnosErrorName } from './error-table.js';

const MAX_DETAIL = 500;

/** The error in the services' envelope; `detail` follows the vendor's words in `msg`, as its own samples have it. */
export function errorAnswer(name: EnosErrorName, detail?: string, status?: number): Answer {
  return envelope({ code: ENOS_ERRORS[name].code, msg: messageOf(name, detail), submsg: null, data: null }, status);
}

/** To be thrown: ends the request with this error. */
export function enosError(name: EnosErrorName, detail?: string): ErrorAnswer {
  return new ErrorAnswer(errorAnswer(name, detail));
}

/** 99400 as the vendor words it: `Invalid Argument action:action is missing`. */
export function invalidArgument(name: string, problem: string): ErrorAnswer {
  return new ErrorAnswer(errorAnswer('argument-invalid', `${name}:${problem}`));
}

/** An instant command that came to no good end: the error, and the command's id, by which its history can be read. */
export function commandError(name: EnosErrorName, data: Json): ErrorAnswer {
  const { code, text } = ENOS_ERRORS[name];
  return new ErrorAnswer(envelope({ code, msg: text, submsg: null, data }));
}

/** The error as the token service writes it. */
export function tokenErrorAnswer(name: EnosErrorName, detail?: string, status?: number): Answer {
  return tokenEnvelope(ENOS_ERRORS[name].code, messageOf(name, detail), null, status);
}

export function tokenError(name: EnosErrorName, detail?: string): ErrorAnswer {
  return new ErrorAnswer(tokenErrorAnswer(name, detail));
}

function messageOf(name: EnosErrorName, detail: string | undefined): string {
  const { text } = ENOS_ERRORS[name];
  return detail === undefined ? text : `${text} ${detail}`.slice(0, MAX_DETAIL);
}
