import type { Rejection, RejectionCode } from '@downlink/command-domain';
import type { Answer, Trouble } from '@downlink/northbound-kit';
import { problem, type Problem, type ProblemCode } from './problem.js';

const REJECTIONS: Readonly<Record<RejectionCode, ProblemCode>> = {
  'unknown-command': 'unknown-command',
  'lane-full': 'lane-full',
  'device-unreachable': 'device-unreachable',
  'idempotency-key-reused': 'idempotency-key-reused',
  'not-cancelable': 'not-cancelable',
  'already-final': 'not-cancelable',
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

/** A refusal of the domain as a problem, to be thrown. */
export function rejectionProblem(rejection: Rejection): Problem {
  return problem(REJECTIONS[rejection.code], { detail: detailOf(rejection) });
}

function detailOf(rejection: Rejection): string {
  if ('status' in rejection) return `the command is ${rejection.status}`;
  if (rejection.code === 'lane-full') return `${String(rejection.cap)} commands are queued for the device`;
  return rejection.code;
}

export function answerTrouble(trouble: Trouble): Answer {
  return troubleProblem(trouble).answer;
}

/** What went wrong beneath this API, as a problem. */
export function troubleProblem(trouble: Trouble): Problem {
  switch (trouble.kind) {
    case 'malformed':
      return problem('malformed', { detail: trouble.detail });
    case 'unsupported-media-type':
      return problem('unsupported-media-type');
    case 'too-large':
      return problem('too-large', { detail: `at most ${String(trouble.limit)} bytes are taken` });
    case 'no-such-route':
      return problem('not-found', { detail: 'nothing is served at this path with this method' });
    case 'quota-exceeded':
    case 'too-many-attempts':
      return problem(trouble.kind, { retryAfterSeconds: trouble.retryAfterSeconds });
    case 'unavailable':
      return problem('unavailable');
    case 'broken':
      return problem('internal');
  }
}
