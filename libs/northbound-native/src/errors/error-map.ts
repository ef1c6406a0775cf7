import type { Rejection, RejectionCode } from '@downlink/command-domain';
import type { Answer, Trouble } from '@downlink/northbound-kit';
import { problem, problemAnswer, type ProblemCode } from './problem.js';

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
};

/** A refusal of the domain as a problem, to be thrown. */
export function rejectionProblem(rejection: Rejection): Error {
  return problem(REJECTIONS[rejection.code], { detail: detailOf(rejection) });
}

function detailOf(rejection: Rejection): string {
  if ('status' in rejection) return `the command is ${rejection.status}`;
  if (rejection.code === 'lane-full') return `${String(rejection.cap)} commands are queued for the device`;
  return rejection.code;
}

export function answerTrouble(trouble: Trouble): Answer {
  switch (trouble.kind) {
    case 'malformed':
      return problemAnswer('malformed', { detail: trouble.detail });
    case 'unsupported-media-type':
      return problemAnswer('unsupported-media-type');
    case 'too-large':
      return problemAnswer('too-large', { detail: `at most ${String(trouble.limit)} bytes are taken` });
    case 'no-such-route':
      return problemAnswer('not-found', { detail: 'nothing is served at this path with this method' });
    case 'unavailable':
      return problemAnswer('unavailable');
    case 'broken':
      return problemAnswer('internal');
  }
}
