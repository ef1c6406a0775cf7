import type { RejectionCode } from '@downlink/command-domain';
import type { Answer, Trouble } from '@downlink/northbound-kit';
import { errorAnswer } from './error-answer.js';
import type { QuectelErrorName } from './error-table.js';
import type { Language } from './language.js';

/** What a refusal of the domain is called here. */
const REJECTIONS: Readonly<Record<RejectionCode, QuectelErrorName>> = {
  'lane-full': 'queue-full',
  'device-unreachable': 'device-offline',
  // Never the answer to a submission.
  'unknown-command': 'not-sent',
  'not-cancelable': 'not-sent',
  'already-final': 'not-sent',
  'idempotency-key-reused': 'not-sent',
  'already-accepted': 'not-sent',
  'not-its-turn': 'not-sent',
  'not-due': 'not-sent',
  'stale-attempt': 'not-sent',
  'already-confirmed': 'not-sent',
  'already-acknowledged': 'not-sent',
  'too-many-answers': 'not-sent',
  'old-session': 'not-sent',
};

export function errorOfRejection(code: RejectionCode): QuectelErrorName {
  return REJECTIONS[code];
}

/**
 * What went wrong beside the calls' own rules, in the vendor's envelope. The HTTP statuses are ours: a request that never
 * became a call is the caller's 4xx, so that proxies and logs see it; clients find the code in the body all the same.
 */
export function answerTrouble(trouble: Trouble, language: Language): Answer {
  switch (trouble.kind) {
    case 'malformed':
      return errorAnswer('parameter-wrong', { language, detail: trouble.detail, status: 400 });
    case 'unsupported-media-type':
      return errorAnswer('parameter-wrong', { language, detail: 'the body must be application/json', status: 415 });
    case 'too-large': {
      const detail = `the body is larger than ${String(trouble.limit)} bytes`;
      return errorAnswer('parameter-wrong', { language, detail, status: 413 });
    }
    case 'no-such-route':
      return errorAnswer('parameter-wrong', { language, detail: 'there is no such call', status: 404 });
    case 'quota-exceeded':
    case 'too-many-attempts':
      return retryAfter(errorAnswer('too-many-calls', { language }), trouble.retryAfterSeconds);
    case 'unavailable':
      return errorAnswer('unavailable', { language });
    case 'broken':
      return errorAnswer('service-exception', { language });
  }
}

function retryAfter(answer: Answer, seconds: number): Answer {
  return { ...answer, headers: { 'retry-after': String(seconds) } };
}
