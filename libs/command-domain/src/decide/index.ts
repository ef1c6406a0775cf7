import type { CommandSignal, SignalKind } from '../signals.js';
import type { CommandState, Status } from '../states.js';
import type { Decision, Handler, Handlers, Surroundings } from './decision.js';
import { canceled, expired, failed, succeeded, superseded, timedOut } from './final.js';
import { none } from './none.js';
import { queued } from './queued.js';
import { delivered, sending, sent } from './under-way.js';

const table: { readonly [S in Status]: Handlers<S> } = {
  none,
  queued,
  sending,
  sent,
  delivered,
  succeeded,
  failed,
  'timed-out': timedOut,
  expired,
  canceled,
  superseded,
};

/**
 * Decides what a signal does to a command: events, in order, or a rejection. Pure and total: every (state, signal) pair
 * has an outcome, the same input gives the same decision, and it never throws.
 */
export function decide(state: CommandState, signal: CommandSignal, around: Surroundings): Decision {
  // The table pairs each state with handlers of its own type; the compiler cannot follow the pairing through the look-up.
  const handler = table[state.status][signal.kind] as Handler<Status, SignalKind>;
  return handler(state, signal, around);
}
