import { isNativeError } from 'node:util/types';
import { Fault, isFault } from '@downlink/command-engine';

/** A head moved, a key was taken, or Postgres chose this transaction as the victim of a deadlock: decide again. */
const CONFLICTS = new Set(['23505', '40001', '40P01']);
/** The database is away, starting, stopping, full of connections, or gave up waiting. */
const UNAVAILABLE = /^(08...|57P0.|57014|53...|58...|25P03|25P04|55P03)$/;
/** The data itself: malformed texts, constraints, values over Postgres's limits. */
const REFUSED = /^(22...|23...|54...)$/;
const NETWORK = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);
/** pg reports these without a code. */
const LOST =
  /connection terminated|timeout exceeded when trying to connect|timeout expired|query read timeout|not queryable|connection error|client was closed|pool after calling end/i;

/**
 * What a failed statement means: a Fault for infrastructure and refused data, the error itself for anything else, which is
 * a bug (an unknown column, a syntax error).
 */
export function faultOf(error: unknown): unknown {
  // Not `instanceof`: errors of Node's own sockets are of another realm where this runs inside a vm context, as in Jest.
  if (!isNativeError(error) || isFault(error)) return error;
  const code = codeOf(error);
  if (CONFLICTS.has(code)) return fault('version-conflict', true, error);
  if (UNAVAILABLE.test(code) || NETWORK.has(code) || LOST.test(error.message))
    return fault('store-unavailable', true, error);
  if (REFUSED.test(code)) return fault('store-refused', false, error);
  return error;
}

/** Awaits a statement; its failure is thrown as `faultOf` says. */
export async function asFault<T>(statement: Promise<T>): Promise<T> {
  try {
    return await statement;
  } catch (error) {
    throw faultOf(error);
  }
}

/** Whether a connection on which this happened must not be used again. */
export function breaksConnection(error: unknown): boolean {
  return isFault(error) && error.code === 'store-unavailable';
}

/** TypeORM wraps the driver's error and copies its code; several addresses of one host come as an AggregateError. */
function codeOf(error: Error & { code?: unknown; errors?: unknown }): string {
  if (typeof error.code === 'string') return error.code;
  const first: unknown = Array.isArray(error.errors) ? error.errors[0] : undefined;
  return isNativeError(first) ? codeOf(first) : '';
}

function fault(code: string, retryable: boolean, cause: Error): Fault {
  return new Fault(code, `${code}: ${cause.message}`, { retryable, cause });
}
