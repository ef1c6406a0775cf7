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
  readonly name: 'malformed' | 'no-such-route' | 'failed';
  readonly status: number;
  readonly detail?: string;
}

/** What went wrong beside the calls' own rules, in the services' envelope. */
export function answerTrouble(trouble: Trouble): Answer {
  const { name, detail, status } = shapeOf(trouble);
  if (name === 'failed') return errorAnswer('internal', undefined, status);
  if (name === 'no-such-route') return errorAnswer('not-found', undefined, status);
  return errorAnswer('argument-invalid', detail, status);
}

/** The same in the token service's. */
export function answerTokenTrouble(trouble: Trouble): Answer {
  const { name, detail, status } = shapeOf(trouble);
  return tokenErrorAnswer(name === 'failed' ? 'token-service-failed' : 'parameter-invalid', detail, status);
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
      return { name: 'no-such-route', status: 404, detail: 'path:there is no such call' };
    case 'unavailable':
      return { name: 'failed', status: 503 };
    case 'broken':
      return { name: 'failed', status: 500 };
  }
}
