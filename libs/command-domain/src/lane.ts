import type { CommandEvent } from './events.js';
import type { CommandId, DeviceId } from './ids.js';
import type { PresenceEpoch } from './signals.js';
import type { AcceptedState, CommandState } from './states.js';

/**
 * The per-device queue. Cached commands leave one at a time, the next after the previous one is acknowledged, answered
 * or given up (Huawei, Creating Device Commands v1.4.0: cached delivery). Times are ms since 1970, database time.
 */
export interface Lane {
  readonly deviceId: DeviceId;
  /** The lane position that the next accepted command gets. */
  readonly nextPosition: number;
  readonly queued: number;
  readonly inFlight: CommandId | null;
  readonly inFlightSince: number | null;
  /** End of the presence lease; null when the device was never heard of. */
  readonly reachableUntil: number | null;
  /** Set while the device is known to be away. */
  readonly unreachableSince: number | null;
  /** The newest session that the device has named itself; null when it names none. */
  readonly presenceEpoch: number | null;
  /** The head of the lane was put back: no turn before this instant unless the device shows itself. */
  readonly retryAt: number | null;
  /** The dead letter that blocks the lane. */
  readonly blockedBy: string | null;
}

export type Presence = 'reachable' | 'unknown' | 'unreachable';

export function newLane(deviceId: DeviceId): Lane {
  return {
    deviceId,
    nextPosition: 1,
    queued: 0,
    inFlight: null,
    inFlightSince: null,
    reachableUntil: null,
    unreachableSince: null,
    presenceEpoch: null,
    retryAt: null,
    blockedBy: null,
  };
}

/** A lapsed lease is not absence: where nothing reports presence, a publish is tried. */
export function presenceOf(lane: Lane, now: number): Presence {
  if (lane.unreachableSince !== null) return 'unreachable';
  return lane.reachableUntil !== null && now < lane.reachableUntil ? 'reachable' : 'unknown';
}

/** Whether the lane may give somebody a turn now; whether somebody waits is another question. */
export function isFree(lane: Lane, now: number): boolean {
  return (
    lane.inFlight === null &&
    lane.blockedBy === null &&
    lane.unreachableSince === null &&
    (lane.retryAt === null || now >= lane.retryAt)
  );
}

/** The device gave a sign of life. */
export function extendLease(lane: Lane, now: number, leaseMs: number): Lane {
  return { ...lane, reachableUntil: now + leaseMs, unreachableSince: null, retryAt: null };
}

/** Word of a session older than the newest that the device has named: it changes nothing. */
export function isOfOldSession(lane: Lane, epoch: PresenceEpoch | undefined): boolean {
  return epoch !== undefined && lane.presenceEpoch !== null && epoch < lane.presenceEpoch;
}

/** The lane once a session has been named. */
export function inSession(lane: Lane, epoch: PresenceEpoch | undefined): Lane {
  return epoch === undefined || epoch === lane.presenceEpoch ? lane : { ...lane, presenceEpoch: epoch };
}

/** Of two dead letters the first blocks: it is the one that must be dealt with before the other can matter. */
export function block(lane: Lane, deadLetter: string): Lane {
  return lane.blockedBy === null ? { ...lane, blockedBy: deadLetter } : lane;
}

export function unblock(lane: Lane, deadLetter: string): Lane {
  return lane.blockedBy === deadLetter ? { ...lane, blockedBy: null } : lane;
}

/** The device was seen to leave, or the broker had nobody for it. */
export function endLease(lane: Lane, now: number): Lane {
  return { ...lane, reachableUntil: null, unreachableSince: lane.unreachableSince ?? now };
}

/** Commands that bypass the queue never hold the lane. */
function holdsLane(state: CommandState): boolean {
  if (state.status !== 'sending' && state.status !== 'sent') return false;
  return state.request.mode === 'cached' || state.request.policy.immediate === 'join';
}

/** The lane after an event of one of its commands: a fold, like the command's own state. */
export function evolveLane(
  lane: Lane,
  commandId: CommandId,
  event: CommandEvent,
  change: { before: CommandState; after: AcceptedState },
): Lane {
  const { before, after } = change;
  const queued = lane.queued + Number(after.status === 'queued') - Number(before.status === 'queued');
  let next: Lane = queued === lane.queued ? lane : { ...lane, queued };
  if (event.type === 'CommandAccepted') next = { ...next, nextPosition: event.lanePosition + 1 };
  if (holdsLane(after) && lane.inFlight !== commandId) {
    next = { ...next, inFlight: commandId, inFlightSince: event.at, retryAt: null };
  }
  if (!holdsLane(after) && lane.inFlight === commandId) next = { ...next, inFlight: null, inFlightSince: null };
  if (event.type === 'AttemptNotSent' && event.retryAt !== null) {
    next = { ...next, retryAt: event.retryAt };
    if (event.reason === 'no-subscriber') next = nobodyListens(next, event.at);
  }
  const left = hasTheTurn(before) && !hasTheTurn(after);
  return left ? forgetPause(next) : next;
}

/** In flight, or put back and first in the queue: what the lane waits for, it waits for because of this command. */
function hasTheTurn(state: CommandState): boolean {
  return holdsLane(state) || (state.status === 'queued' && state.retryAt !== null);
}

/** The broker's word for it, as opposed to a report that the device left: the lease has an end, and that is now. */
function nobodyListens(lane: Lane, now: number): Lane {
  return lane.unreachableSince === null ? { ...lane, reachableUntil: now, unreachableSince: now } : lane;
}

/**
 * The command that the lane paused for is gone: the next one finds out for itself whether anybody listens. Nothing else
 * would wake it, because the probe was the other one's. That a device was reported to have left stays true.
 */
function forgetPause(lane: Lane): Lane {
  const onBrokersWord = lane.unreachableSince !== null && lane.reachableUntil !== null;
  return { ...lane, retryAt: null, ...(onBrokersWord ? { reachableUntil: null, unreachableSince: null } : {}) };
}
