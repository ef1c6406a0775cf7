import type { Answer } from '@downlink/northbound-kit';
import { QUECTEL_ERRORS, type QuectelErrorName } from './error-table.js';
import type { Language } from './language.js';

/** Our own addition: what exactly was wrong, in a header, since the vendor's envelope has no room for it. */
export const DETAIL_HEADER = 'downlink-detail';
const MAX_DETAIL = 500;

export interface ErrorAnswerOptions {
  readonly language: Language;
  readonly detail?: string | undefined;
  /** Where it differs from the table's. */
  readonly status?: number;
}

/** The vendor's message for an error. */
export function messageOf(name: QuectelErrorName, language: Language): string {
  const { cn, en } = QUECTEL_ERRORS[name];
  return language === 'EN' ? en : cn;
}

/** The error in the envelope of Quectel's ActionResult: `{code, msg, data}`. */
export function errorAnswer(name: QuectelErrorName, options: ErrorAnswerOptions): Answer {
  return answerWith(name, options, { data: null });
}

/** The error of a call of the token service, whose envelope is its own: `{code, msg, error}`. */
export function loginErrorAnswer(name: QuectelErrorName, options: ErrorAnswerOptions): Answer {
  return answerWith(name, options, { error: messageOf(name, options.language) });
}

function answerWith(name: QuectelErrorName, { language, detail, status }: ErrorAnswerOptions, rest: object): Answer {
  const { code, status: usual } = QUECTEL_ERRORS[name];
  const body = JSON.stringify({ code, msg: messageOf(name, language), ...rest });
  const answer = { status: status ?? usual, body };
  return detail === undefined ? answer : { ...answer, headers: { [DETAIL_HEADER]: headerText(detail) } };
}

/** Header values are printable ASCII; whatever else the caller sent is not repeated. */
function headerText(detail: string): string {
  return detail.replace(/[^\x20-\x7e]/g, '?').slice(0, MAX_DETAIL);
}
