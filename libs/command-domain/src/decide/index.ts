import type { CommandSignal, SignalKind } from '../signals.js';
import type { CommandState, Status } from '../states.js';
import { rejected, type Decision, type Handler, type Handlers, type Surroundings } from './decision.js';
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
 * has an outcome, the same input gives the same decision, and it never throws. Under another device than its own a command
 * is not known: what changes it must hold its lane's lock, or the lane would go on counting it. What a stranger answers is
 * recorded, and moves no lane.
 */
export function decide(state: CommandState, signal: CommandSignal, around: Surroundings): Decision {
  if (isUnderForeignLane(state, signal)) return rejected({ code: 'unknown-command' });
  // The table pairs each state with handlers of its own type; the compiler cannot follow the pairing through the look-up.
  const handler = table[state.status][signal.kind] as Handler<Status, SignalKind>;
  return handler(state, signal, around);
}

const FROM_ANY_LANE: readonly SignalKind[] = ['submit', 'device-acknowledged', 'device-answered'];

function isUnderForeignLane(state: CommandState, { kind, deviceId }: CommandSignal): boolean {
  return state.status !== 'none' && state.request.deviceId !== deviceId && !FROM_ANY_LANE.includes(kind);
}
