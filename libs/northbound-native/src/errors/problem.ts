import { z } from 'zod';
import { ErrorAnswer, type Answer } from '@downlink/northbound-kit';

/** One wrong member: `path` as in the JSON that was sent (`devices[3].product`), empty for the whole. */
export interface FieldError {
  readonly path: string;
  readonly message: string;
}

/** Every problem of this API: stable code, HTTP status, title. The codes are part of the interface and never change. */
export const PROBLEMS = {
  'validation-failed': { status: 400, title: 'The request is not valid' },
  malformed: { status: 400, title: 'The request cannot be read' },
  unauthenticated: { status: 401, title: 'The key is missing or wrong' },
  forbidden: { status: 403, title: 'This key may not do that' },
  'method-not-permitted': { status: 403, title: 'This application may not call that method' },
  'not-found': { status: 404, title: 'There is no such thing' },
  'unknown-device': { status: 404, title: 'There is no such device' },
  'unknown-command': { status: 404, title: 'There is no such command' },
  'unknown-dead-letter': { status: 404, title: 'There is no such dead letter' },
  'unknown-task': { status: 404, title: 'There is no such task' },
  'lane-full': { status: 409, title: "The device's queue is full" },
  'device-unreachable': { status: 409, title: 'The device is away' },
  'not-cancelable': { status: 409, title: 'The command can no longer be canceled' },
  'idempotency-key-reused': { status: 409, title: 'This idempotency key was used for another request' },
  'already-settled': { status: 409, title: 'The dead letter was dealt with in another way' },
  'not-replayable': { status: 409, title: 'The record cannot be put back' },
  'not-acceptable': { status: 406, title: 'This is not what the caller accepts' },
  conflict: { status: 409, title: 'What is there already stands against it' },
  'too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': { status: 415, title: 'The body must be application/json' },
  'quota-exceeded': { status: 429, title: 'The calls of this minute are used up' },
  'too-many-streams': { status: 429, title: 'Too many streams are open' },
  'too-many-attempts': { status: 429, title: 'Too many wrong keys came from there' },
  internal: { status: 500, title: 'The server failed' },
  unavailable: { status: 503, title: 'The server cannot do this now' },
} as const;

export type ProblemCode = keyof typeof PROBLEMS;

/** A problem as it is sent (RFC 9457). */
export const problemBody = z
  .strictObject({
    type: z.string().regex(/^urn:downlink:problem:[a-z-]+$/),
    title: z.string(),
    status: z.int(),
    code: z.enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]),
    detail: z.string().optional(),
    errors: z.array(z.strictObject({ path: z.string(), message: z.string() })).optional(),
    retryAfterSeconds: z.number().optional(),
  })
  .meta({ id: 'Problem' });

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';
const HEADERS: Partial<Record<ProblemCode, Record<string, string>>> = {
  unauthenticated: { 'www-authenticate': 'Bearer' },
  unavailable: { 'retry-after': '1' },
};

/** What a problem says beside its code: a sentence about this case, and for validation every wrong member. */
export interface ProblemDetails {
  readonly detail?: string;
  readonly errors?: readonly FieldError[];
  /** Also said in a header. */
  readonly retryAfterSeconds?: number;
}

/** A problem in the form of RFC 9457, with `code` and, for validation, `errors` by path. */
export function problemView(code: ProblemCode, more: ProblemDetails = {}): object {
  const { status, title } = PROBLEMS[code];
  return { type: `urn:downlink:problem:${code}`, title, status, code, ...more };
}

export function problemAnswer(code: ProblemCode, more: ProblemDetails = {}): Answer {
  const { retryAfterSeconds } = more;
  const headers = retryAfterSeconds === undefined ? HEADERS[code] : { 'retry-after': String(retryAfterSeconds) };
  const body = JSON.stringify(problemView(code, more));
  return { status: PROBLEMS[code].status, body, contentType: PROBLEM_TYPE, ...(headers && { headers }) };
}

/** Ends a request with a problem, or one item of a request that has many. */
export class Problem extends ErrorAnswer {
  constructor(
    readonly code: ProblemCode,
    readonly more: ProblemDetails = {},
  ) {
    super(problemAnswer(code, more));
  }
}

/** To be thrown. */
export function problem(code: ProblemCode, more: ProblemDetails = {}): Problem {
  return new Problem(code, more);
}
