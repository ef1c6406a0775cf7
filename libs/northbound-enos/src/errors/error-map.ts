import type { RejectionCode } from '@downlink/command-domain';
import type { Answer, Trouble } from '@downlink/northbound-kit';
import { errorAnswer, tokenErrorAnswer } from './error-answer.js';
import type { EnosErrorName } from './error-table.js';

/** What a refusal of the domain is called here. */
const REJECTIONS: Readonly<Record<RejectionCode, EnosErrorName>> = {
  'lane-full': 'queue-full',
  'device-unreachable': 'device-offline',
  'unknown-command': 'not-found',
  // Cancel answers with the commands that it has canceled; no code is documented for one that it may not cancel.
  'not-cancelable': 'argument-invalid',
  'already-final': 'argument-invalid',
  // Never the answer to a call of an application.
  'idempotency-key-reused': 'internal',
  'already-accepted': 'internal',
  'not-its-turn': 'internal',
  'not-due': 'internal',
  'stale-attempt': 'internal',
  'already-confirmed': 'internal',
  'already-acknowledged': 'internal',
  'too-many-answers': 'internal',
  'old-session': 'internal',
};

export function errorOfRejection(code: RejectionCode): EnosErrorName {
  return REJECTIONS[code];
}

interface TroubleShape {
  readonly name: 'malformed' | 'no-such-route' | 'throttled' | 'failed';
  readonly status: number;
  readonly detail?: string;
  readonly retryAfterSeconds?: number;
}

/** The services name what is not served as they name any object that does not exist. Of throttling no code is documented. */
const SERVICE_ERRORS: Readonly<Record<TroubleShape['name'], EnosErrorName>> = {
  malformed: 'argument-invalid',
  'no-such-route': 'not-found',
  throttled: 'forbidden',
  failed: 'internal',
};

const TOKEN_ERRORS: Readonly<Record<TroubleShape['name'], EnosErrorName>> = {
  malformed: 'parameter-invalid',
  'no-such-route': 'parameter-invalid',
  throttled: 'parameter-invalid',
  failed: 'token-service-failed',
};

/** What went wrong beside the calls' own rules, in the services' envelope. */
export function answerTrouble(trouble: Trouble): Answer {
  const shape = shapeOf(trouble);
  return retryAfter(errorAnswer(SERVICE_ERRORS[shape.name], shape.detail, shape.status), shape);
}

/** The same in the token service's. */
export function answerTokenTrouble(trouble: Trouble): Answer {
  const shape = shapeOf(trouble);
  return retryAfter(tokenErrorAnswer(TOKEN_ERRORS[shape.name], shape.detail, shape.status), shape);
}

function retryAfter(answer: Answer, { retryAfterSeconds: seconds }: TroubleShape): Answer {
  return seconds === undefined ? answer : { ...answer, headers: { 'retry-after': String(seconds) } };
}

function shapeOf(trouble: Trouble): TroubleShape {
  switch (trouble.kind) {
    case 'malformed':
      return { name: 'malformed', status: 200, detail: `body:${trouble.detail}` };
    case 'unsupported-media-type':
      return { name: 'malformed', status: 200, detail: 'body:the body must be application/json' };
    case 'too-large':
      return { name: 'malformed', status: 413, detail: `body:larger than ${String(trouble.limit)} bytes` };
    case 'no-such-route':
      return { name: 'no-such-route', status: 404 };
    case 'quota-exceeded':
      return throttled('the calls of this minute are used up', trouble.retryAfterSeconds);
    case 'too-many-attempts':
      return throttled('too many wrong encryptions', trouble.retryAfterSeconds);
    case 'unavailable':
      return { name: 'failed', status: 503 };
    case 'broken':
      return { name: 'failed', status: 500 };
  }
}

function throttled(detail: string, retryAfterSeconds: number): TroubleShape {
  return { name: 'throttled', status: 429, detail, retryAfterSeconds };
}
