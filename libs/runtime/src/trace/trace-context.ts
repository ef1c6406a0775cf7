import { AsyncLocalStorage } from 'node:async_hooks';
import { continueTraceparent } from './traceparent.js';

const current = new AsyncLocalStorage<string>();

/**
 * Runs `work`, and everything that it awaits or starts, as the next hop of the trace given (a new trace without one).
 * `currentTraceparent()` inside it is what to pass on; log lines carry its trace id.
 */
export function withTrace<T>(traceparent: string | undefined, work: () => T): T {
  return current.run(continueTraceparent(traceparent), work);
}

/** The traceparent to pass on to the next hop; undefined outside `withTrace`. */
export function currentTraceparent(): string | undefined {
  return current.getStore();
}
