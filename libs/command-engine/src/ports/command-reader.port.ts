import type { CommandId, DeviceId, Lane, Status } from '@downlink/command-domain';
import type { Head, RecordedEvent } from './command-store.port.js';

/** Newest first. `from`/`until` bound the acceptance time (ms since 1970, from inclusive, until exclusive). */
export interface CommandQuery {
  readonly applicationId: string;
  readonly deviceId?: DeviceId;
  readonly statuses?: readonly Status[];
  readonly from?: number;
  readonly until?: number;
  readonly offset: number;
  readonly limit: number;
}

/** Reads for people and dialects; never part of a decision. */
export interface CommandReader {
  head(commandId: CommandId): Promise<Head | undefined>;
  /** All events of one command, versions ascending; empty when there is no such command. */
  history(commandId: CommandId): Promise<RecordedEvent[]>;
  search(query: CommandQuery): Promise<{ heads: Head[]; total: number }>;
  lane(deviceId: DeviceId): Promise<Lane | undefined>;
  /**
   * For wire formats whose messages carry 16 bits only: the latest command of each device whose lane position is congruent
   * to `correlation` (1..65535, see `correlationOf`). Same length and order as the question; undefined where there is none.
   */
  byCorrelation(questions: readonly { deviceId: DeviceId; correlation: number }[]): Promise<(CommandId | undefined)[]>;
  /**
   * For each attempt, in the same order: ms left until its deadline on the database's clock while it is the command's
   * current, unconfirmed one (status `sending`); null when it is overdue, confirmed, put back or unknown. The dispatcher
   * asks right before it publishes, so that neither a redelivered nor a delayed fact reaches a device.
   */
  attemptsStillDue(attempts: readonly { commandId: CommandId; attempt: number }[]): Promise<(number | null)[]>;
}
