import { isNativeError } from 'node:util/types';

/** What a log line keeps of an error. */
export interface ErrorDescription {
  readonly type: string;
  readonly message: string;
  readonly code?: string | number;
  readonly retryable?: boolean;
  readonly stack?: string;
  readonly cause?: ErrorDescription;
  readonly errors?: readonly ErrorDescription[];
}

const MAX_DEPTH = 5;

/** `instanceof` alone misses errors of another realm, such as those that node: itself throws inside a test's sandbox. */
export function isError(value: unknown): value is Error {
  return value instanceof Error || isNativeError(value);
}

/**
 * Describes anything that was thrown. Members other than these are left out on purpose: drivers and HTTP clients hang whole
 * requests, with their headers, on their errors.
 */
export function describeError(thrown: unknown, depth = 0): ErrorDescription {
  if (!isError(thrown)) return { type: typeof thrown, message: textOf(thrown) };
  const { code, retryable, cause, errors } = thrown as Error & Record<string, unknown>;
  const deeper = depth < MAX_DEPTH;
  return {
    type: thrown.name,
    message: thrown.message,
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    ...(typeof retryable === 'boolean' ? { retryable } : {}),
    ...(thrown.stack === undefined ? {} : { stack: thrown.stack }),
    ...(deeper && cause !== undefined ? { cause: describeError(cause, depth + 1) } : {}),
    ...(deeper && Array.isArray(errors) ? { errors: errors.map((error) => describeError(error, depth + 1)) } : {}),
  };
}

/** One short line for a person: `connect ECONNREFUSED 127.0.0.1:5432 (ECONNREFUSED)`. */
export function errorLine(thrown: unknown): string {
  const { type, message, code, errors } = describeError(thrown);
  // Node gives an AggregateError without a message when a name resolves to several addresses and none answers.
  const text = message || errors?.map((error) => error.message).join('; ') || type;
  return code === undefined || text.includes(String(code)) ? text : `${text} (${code})`;
}

function textOf(thrown: unknown): string {
  if (typeof thrown !== 'object' || thrown === null) return String(thrown);
  const { message } = thrown as { message?: unknown };
  return typeof message === 'string' ? message : Object.prototype.toString.call(thrown);
}
