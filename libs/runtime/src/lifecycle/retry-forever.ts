import { describeError, errorLine } from '../logging/describe-error.js';
import type { Logger } from '../logging/logger.js';

export interface RetryForeverOptions {
  /** What is missing, for the log and the operator: `Postgres at db:5432`. No credentials. */
  readonly what: string;
  readonly logger: Logger;
  /** First wait; each following one is twice as long. */
  readonly initialMs?: number;
  /** Longest wait. */
  readonly maxMs?: number;
  /** Each wait is varied by ± this fraction, so that replicas do not come back all at once. */
  readonly jitter?: number;
  /** Gives up: usually `lifecycle.stopping`. */
  readonly signal?: AbortSignal;
}

const REMIND_EVERY_MS = 30_000;

/**
 * Calls `attempt` until it succeeds: for a server that is not up yet or has gone away. Logs once at warn when it first fails, again
 * every 30 s, and once at info when it is back.
 *
 * @returns what `attempt` returned.
 * @throws the reason of `signal` when that aborts; the error of `attempt` at once when it says `retryable: false`, because
 *   waiting mends no wrong password.
 */
export async function retryForever<T>(attempt: () => Promise<T>, options: RetryForeverOptions): Promise<T> {
  const { what, logger, signal, initialMs = 100, maxMs = 5000, jitter = 0.2 } = options;
  let waitMs = initialMs;
  let firstFailure: number | undefined;
  let nextReminder = 0;
  for (;;) {
    signal?.throwIfAborted();
    try {
      const result = await attempt();
      if (firstFailure !== undefined) logger.info({ waitedMs: Date.now() - firstFailure }, `${what} is there again`);
      return result;
    } catch (error) {
      signal?.throwIfAborted();
      if (describeError(error).retryable === false) throw error;
      firstFailure ??= Date.now();
      if (Date.now() >= nextReminder) {
        logger.warn({ waitedMs: Date.now() - firstFailure, reason: errorLine(error) }, `waiting for ${what}`);
        nextReminder = Date.now() + REMIND_EVERY_MS;
      }
    }
    await pause(waitMs * (1 - jitter + 2 * jitter * Math.random()), signal);
    waitMs = Math.min(waitMs * 2, maxMs);
  }
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done);
    function done(): void {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    }
  });
}
