import type { CommandId } from './ids.js';
import type { Json } from './json.js';
import type { CommandRequest } from './request.js';

/** No event yet. */
export interface None {
  readonly status: 'none';
}

/** What every accepted command knows. Times are ms since 1970, database time. */
export interface Accepted {
  readonly request: CommandRequest;
  readonly acceptedAt: number;
  /** No attempt starts at or after this instant; null for commands that bypass the queue. */
  readonly expiresAt: number | null;
  /** Running number in the device's lane; also what the 16-bit correlation of some wire formats is made of. */
  readonly lanePosition: number;
  /** Attempts started. */
  readonly attempts: number;
  /** Attempts that count against maxRetransmit: all but those of which the broker said that they reached nobody. */
  readonly tries: number;
  /** Consecutive attempts that were put back; the back-off grows with it. */
  readonly putBacks: number;
  /** The last attempt that the broker confirmed; 0 for none. */
  readonly confirmedAttempt: number;
  /** Late or rejected answers recorded so far; bounded by MAX_RECORDED_ANSWERS. */
  readonly recordedAnswers: number;
  readonly firstAttemptAt: number | null;
  readonly lastAttemptAt: number | null;
  readonly sentAt: number | null;
  readonly deliveredAt: number | null;
  readonly finishedAt: number | null;
}

/** Waiting for its turn, or put back because nobody listened. */
export interface Queued extends Accepted {
  readonly status: 'queued';
  /** Put back: the instant of the next probe. Otherwise null. */
  readonly retryAt: number | null;
}

/** Attempt `attempts` has started; the broker has not confirmed it. */
export interface Sending extends Accepted {
  readonly status: 'sending';
  readonly waitUntil: number;
}

/** The broker took the attempt. */
export interface Sent extends Accepted {
  readonly status: 'sent';
  readonly waitUntil: number;
}

/** The device acknowledged receipt; its answer is due by `waitUntil`. */
export interface Delivered extends Accepted {
  readonly status: 'delivered';
  readonly waitUntil: number;
}

export interface Succeeded extends Accepted {
  readonly status: 'succeeded';
  readonly result: Json;
}

export interface Failed extends Accepted {
  readonly status: 'failed';
  readonly result: Json;
  readonly code: string | null;
}

/** Tried, and no acknowledgement or no answer came in time. */
export interface TimedOut extends Accepted {
  readonly status: 'timed-out';
  readonly waitedFor: 'acknowledgement' | 'answer';
}

/** Its lifetime ended before any attempt reached a listener. */
export interface Expired extends Accepted {
  readonly status: 'expired';
}

/** Withdrawn by the application before any attempt. */
export interface Canceled extends Accepted {
  readonly status: 'canceled';
}

/** Replaced by a later command before any attempt. */
export interface Superseded extends Accepted {
  readonly status: 'superseded';
  readonly by: CommandId;
}

export type FinalState = Succeeded | Failed | TimedOut | Expired | Canceled | Superseded;
export type AcceptedState = Queued | Sending | Sent | Delivered | FinalState;
export type CommandState = None | AcceptedState;
export type Status = CommandState['status'];
export type AcceptedStatus = AcceptedState['status'];
export type StateOf<S extends Status> = Extract<CommandState, { status: S }>;

export const FINAL_STATUSES = ['succeeded', 'failed', 'timed-out', 'expired', 'canceled', 'superseded'] as const;

export function isFinal(state: CommandState): state is FinalState {
  return (FINAL_STATUSES as readonly string[]).includes(state.status);
}
