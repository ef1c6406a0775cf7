import type { CommandId, DeviceId, Lane, Status } from '@downlink/command-domain';
import type { Head, RecordedEvent } from './command-store.port.js';

/**
 * Commands of one application that fit every member given; a list means any of its entries, an empty one nothing. Lists go by
 * command id, which is the order of time. `from`/`until` bound the acceptance time (ms since 1970, from inclusive, until exclusive).
 */
export interface CommandQuery {
  readonly applicationId: string;
  readonly deviceId?: DeviceId;
  readonly deviceIds?: readonly DeviceId[];
  readonly statuses?: readonly Status[];
  readonly services?: readonly string[];
  readonly methods?: readonly string[];
  /** Calls of any of these services, or writes of any of these properties. */
  readonly targets?: { readonly services: readonly string[]; readonly properties: readonly string[] };
  readonly from?: number;
  readonly until?: number;
  /** `newest` (the default) or `oldest` first. */
  readonly order?: 'newest' | 'oldest';
  /** Only what stands behind this command in that order. A cursor: commands accepted meanwhile neither shift nor repeat a page. */
  readonly after?: CommandId;
  readonly offset?: number;
  readonly limit: number;
  /** How many match in all costs a look at each of them; `false` leaves it out (see `PageOfCommandsQuery`). */
  readonly count?: true;
}

/** A page without the number of all that match: as dear as the page is long, however much the log holds. */
export interface PageOfCommandsQuery extends Omit<CommandQuery, 'count'> {
  readonly count: false;
}

/** Everything that says why a command waits, as it stood at one instant. */
export interface Situation {
  /** The database's clock, ms since 1970. */
  readonly now: number;
  readonly head: Head;
  readonly lane: Lane;
  /** The command that the lane's turn goes to next: the first in its queue; null when nothing is queued. */
  readonly firstQueued: Head | null;
  /** The command that holds the lane; null when none does. */
  readonly inFlight: Head | null;
  /** Queued commands of the device before this one; 0 when it is not queued itself. */
  readonly ahead: number;
}

/**
 * Behind this event, in the order of a device's events: by instant, then by command and version. Every event of a device is
 * written under its lane's lock, so that this order is the one in which they were written, as far as the database's clock does not
 * go back.
 */
export interface EventPlace {
  /** ms since 1970, database time */
  readonly at: number;
  readonly commandId: CommandId;
  readonly version: number;
}

/** Which of a device's events are wanted. */
export interface DeviceEventsQuestion {
  readonly deviceId: DeviceId;
  readonly after: EventPlace;
  /**
   * Where they may be: with these commands, and with all from this lane position on. Whoever has followed the device knows where
   * nothing can be any more. Absent: with every command that is kept, which costs a look at each.
   */
  readonly among?: { readonly commandIds: readonly CommandId[]; readonly fromPosition: number };
  readonly limit: number;
}

/** What stood in a device's log at one instant, and where to look the next time. */
export interface DeviceEvents {
  /** The instant, ms since 1970, database time; whatever is written later has this `at` or a later one. */
  readonly now: number;
  /** In order. None of this very ms, in which others may be written yet, and no answers that other devices gave to the device's commands. */
  readonly events: readonly RecordedEvent[];
  /** There is more, and it can be had at once, or with the next ms. */
  readonly more: boolean;
  /** Of the commands that were looked at those that are not final. */
  readonly open: readonly CommandId[];
  /** The lane position of the next command. */
  readonly nextPosition: number;
}

/** Reads for people and dialects; never part of a decision. */
export interface CommandReader {
  head(commandId: CommandId): Promise<Head | undefined>;
  /**
   * Those of these commands that have reached a final state, or the other one that is asked for; in no order. The others and
   * unknown ones are left out.
   */
  finalHeads(commandIds: readonly CommandId[], or?: 'delivered'): Promise<Head[]>;
  /** A command with its surroundings, all of the same instant; undefined when there is no such command. */
  situation(commandId: CommandId): Promise<Situation | undefined>;
  /** All events of one command, versions ascending; empty when there is no such command. */
  history(commandId: CommandId): Promise<RecordedEvent[]>;
  /**
   * A device's events behind a place. Waits for whoever is writing about the device, so that nothing can be written before what is
   * told; writers wait for the length of this look.
   */
  deviceEvents(question: DeviceEventsQuestion): Promise<DeviceEvents>;
  search(query: PageOfCommandsQuery): Promise<{ heads: Head[] }>;
  /** `total` is how many match in all, on this page or any other, before `after` or behind it. */
  search(query: CommandQuery): Promise<{ heads: Head[]; total: number }>;
  lane(deviceId: DeviceId): Promise<Lane | undefined>;
  /**
   * For wire formats whose messages carry 16 bits only: the latest command of each device whose lane position is congruent
   * to `correlation` (1..65535, see `correlationOf`). Same length and order as the question; undefined where there is none.
   */
  byCorrelation(questions: readonly { deviceId: DeviceId; correlation: number }[]): Promise<(CommandId | undefined)[]>;
}
