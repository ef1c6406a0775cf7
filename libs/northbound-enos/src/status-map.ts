import type { AcceptedStatus } from '@downlink/command-domain';

/** The command status of EnOS, Get Command: 1 created, 2 canceled, 3 expired, 4 released, 5 success, 6 failed, 7 timed out. */
export type EnosState = 1 | 2 | 3 | 4 | 5 | 6 | 7;

const STATES: Readonly<Record<AcceptedStatus, EnosState>> = {
  queued: 1,
  sending: 4,
  sent: 4,
  delivered: 4,
  succeeded: 5,
  failed: 6,
  'timed-out': 7,
  expired: 3,
  canceled: 2,
  // Only other dialects can replace commands; the nearest word here.
  superseded: 2,
};

export function enosState(status: AcceptedStatus): EnosState {
  return STATES[status];
}

/** The statuses that are shown as this state; none for a number that is no state. */
export function statusesOf(state: number): AcceptedStatus[] {
  return (Object.keys(STATES) as AcceptedStatus[]).filter((status) => STATES[status] === state);
}
