import type { RejectionCode } from '@downlink/command-domain';
import type { Trouble } from '@downlink/northbound-kit';
import type { Answer } from '@downlink/northbound-kit';
import { errorAnswer } from './error-answer.js';
import type { HuaweiErrorName } from './error-table.js';

/**
 * What a refusal of the domain is called here. The vendor documents no code for a command that is unknown or may not be
 * canceled any more (Modifying Device Commands lists the codes of the create call): these two are ours, taken from that list.
 */
const REJECTIONS: Readonly<Record<RejectionCode, HuaweiErrorName>> = {
  'lane-full': 'queue-full',
  'device-unreachable': 'device-offline',
  'unknown-command': 'device-unknown',
  'not-cancelable': 'input-invalid',
  'already-final': 'input-invalid',
  // Another call under a requestId that names a command already.
  'idempotency-key-reused': 'input-invalid',
  // Never the answer to a call of an application.
  'already-accepted': 'internal',
  'not-its-turn': 'internal',
  'not-due': 'internal',
  'stale-attempt': 'internal',
  'already-confirmed': 'internal',
  'already-acknowledged': 'internal',
  'too-many-answers': 'internal',
  'old-session': 'internal',
};

export function errorOfRejection(code: RejectionCode): HuaweiErrorName {
  return REJECTIONS[code];
}

/**
 * What went wrong beside the calls' own rules, in the vendor's form. 404 for a path that does not exist is ours; the
 * vendor's clients read the body only.
 */
export function answerTrouble(trouble: Trouble): Answer {
  switch (trouble.kind) {
    case 'malformed':
      return errorAnswer('input-invalid', trouble.detail);
    case 'unsupported-media-type':
      return errorAnswer('input-invalid', 'the body must be application/json');
    case 'too-large':
      return errorAnswer('input-invalid', `the body is larger than ${String(trouble.limit)} bytes`, 413);
    case 'no-such-route':
      return errorAnswer('input-invalid', 'there is no such call', 404);
    case 'quota-exceeded':
    case 'too-many-attempts':
      return retryAfter(errorAnswer('throttled'), trouble.retryAfterSeconds);
    case 'unavailable':
      return errorAnswer('congestion');
    case 'broken':
      return errorAnswer('internal');
  }
}

function retryAfter(answer: Answer, seconds: number): Answer {
  return { ...answer, headers: { 'retry-after': String(seconds) } };
}
