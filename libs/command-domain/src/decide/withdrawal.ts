import { isCancelable } from '../policies/cancellation.js';
import type { Cancel, Supersede } from '../signals.js';
import type { AcceptedState } from '../states.js';
import { happened, rejected, type Decision } from './decision.js';

/** The application withdraws the command. */
export function cancel(state: AcceptedState, _signal: Cancel, { now }: { now: number }): Decision {
  return isCancelable(state)
    ? happened({ type: 'CommandCanceled', schema: 1, at: now })
    : rejected({ code: 'not-cancelable', status: state.status });
}

/** A later command takes its place. */
export function supersede(state: AcceptedState, { by }: Supersede, { now }: { now: number }): Decision {
  return isCancelable(state)
    ? happened({ type: 'CommandSuperseded', schema: 1, at: now, by })
    : rejected({ code: 'not-cancelable', status: state.status });
}
