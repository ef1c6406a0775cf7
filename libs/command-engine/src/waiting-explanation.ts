import type { AcceptedStatus, CommandId, Presence } from '@downlink/command-domain';

/**
 * - `finished`: it waits for nothing
 * - `lane-blocked`: a dead letter of the device must be dealt with first
 * - `behind-command`: another command of the device is under way, or before it in the queue
 * - `device-away`: the device was seen to leave, or the broker had nobody for it
 * - `put-back`: an attempt reached nobody; it is probed again at `nextAttemptAt`
 * - `turn`: nothing stands in its way
 * - `broker-confirmation`, `acknowledgement`, `answer`: attempt `attempt` awaits that until `until`
 */
export type WaitingReason =
  | 'finished'
  | 'lane-blocked'
  | 'behind-command'
  | 'device-away'
  | 'put-back'
  | 'turn'
  | 'broker-confirmation'
  | 'acknowledgement'
  | 'answer';

/** Why a command waits. All times are ms since 1970, database time; null: does not apply. */
export interface WaitingExplanation {
  readonly commandId: CommandId;
  readonly status: AcceptedStatus;
  readonly waiting: boolean;
  readonly reason: WaitingReason;
  /** The same in one English sentence, or two. */
  readonly sentence: string;
  /** The instant that all of this is true of. */
  readonly asOf: number;
  /** Since when it is so: final since, under way since, device away since, queued since. */
  readonly since: number;
  readonly attempt: number | null;
  /** What is awaited is awaited until then. */
  readonly until: number | null;
  /** The next attempt at the latest, unless what is awaited comes; a sign of life of the device may bring it earlier. */
  readonly nextAttemptAt: number | null;
  readonly expiresAt: number | null;
  /** Queued commands before this one. */
  readonly ahead: number;
  /** What it waits behind, with why that one waits itself. */
  readonly behind: WaitingExplanation | null;
  readonly blockedBy: string | null;
  readonly supersededBy: CommandId | null;
  readonly device: {
    readonly presence: Presence;
    readonly unreachableSince: number | null;
    readonly reachableUntil: number | null;
  };
  /** The instant at which time should have moved it has passed, and nobody has acted on it yet. */
  readonly overdue: boolean;
}
