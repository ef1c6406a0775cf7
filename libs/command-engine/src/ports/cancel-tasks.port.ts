import type { AcceptedStatus, CommandId, DeviceId } from '@downlink/command-domain';
import type { Head } from './command-store.port.js';

/**
 * `waiting`: nobody has begun. `running`: begun, and commands are left. The rest is final: `succeeded` all of them were
 * canceled (also when there were none), `partly-succeeded` some, `failed` none.
 */
export const CANCEL_TASK_STATUSES = ['waiting', 'running', 'succeeded', 'partly-succeeded', 'failed'] as const;
export type CancelTaskStatus = (typeof CANCEL_TASK_STATUSES)[number];

/** The wish that everything queued for a device be withdrawn, and how far it has come. Times are ms since 1970, database time. */
export interface CancelTask {
  /** A UUID (version 7: ordered by time), in lower case with hyphens. */
  readonly id: string;
  readonly applicationId: string;
  readonly deviceId: DeviceId;
  readonly status: CancelTaskStatus;
  /** Commands that were queued when the task was made. */
  readonly total: number;
  readonly canceled: number;
  readonly notCanceled: number;
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
}

/** What the task did to one of its commands. */
export type CancelTaskOutcome = 'pending' | 'canceled' | 'not-canceled';

export interface CancelTaskCommand {
  readonly commandId: CommandId;
  readonly outcome: CancelTaskOutcome;
  /** `not-canceled`: the status that stood against it. Null otherwise, and when the command was gone. */
  readonly foundStatus: AcceptedStatus | null;
  /** The command as it stands now; null when it is no longer kept. */
  readonly head: Head | null;
}

/** Newest first. `from`/`until` bound the time of creation (ms since 1970, from inclusive, until exclusive). */
export interface CancelTaskQuery {
  readonly applicationId: string;
  /** That task and no other; a text that is no id of a task is nobody's. */
  readonly id?: string;
  readonly deviceId?: DeviceId;
  readonly statuses?: readonly CancelTaskStatus[];
  readonly from?: number;
  readonly until?: number;
  /** The id of the last one seen: only older ones. `total` counts the newer ones all the same. */
  readonly after?: string;
  readonly offset: number;
  readonly limit: number;
}

/**
 * A task's share of work: commands of which nothing is known yet, at most as many as were asked for, the end of the queue
 * first. Canceling the head of a queue gives the next command its turn, which would then be out before it can be canceled.
 */
export interface ClaimedCancelTask {
  readonly taskId: string;
  readonly deviceId: DeviceId;
  readonly pending: readonly CommandId[];
}

export interface CancelResult {
  readonly taskId: string;
  readonly commandId: CommandId;
  readonly outcome: Exclude<CancelTaskOutcome, 'pending'>;
  readonly foundStatus: AcceptedStatus | null;
}

/**
 * Cancel tasks, durable. Whoever makes one need not live on: a runner claims it, cancels, and writes down what became of each
 * command. A claim makes the task invisible to other runners for its length; the claim of a runner that died lapses, and
 * another goes on with the commands of which nothing was written down. Cancelling twice is harmless, so nothing rests on claims.
 */
export interface CancelTasks {
  /** Makes a task for every command of the application that is queued for the device at that moment. Durable when it returns. */
  create(about: { applicationId: string; deviceId: DeviceId }): Promise<CancelTask>;
  /** Undefined also for a text that is no id of a task. */
  find(id: string): Promise<CancelTask | undefined>;
  search(query: CancelTaskQuery): Promise<{ tasks: CancelTask[]; total: number }>;
  /** The task's commands in the order in which they were queued. */
  commands(id: string, page: { offset: number; limit: number }): Promise<CancelTaskCommand[]>;
  /** Of each of these tasks the first commands, at most `most` of one, in that order; in one look-up. A task that has none is missing. */
  firstCommands(ids: readonly string[], most: number): Promise<ReadonlyMap<string, readonly CancelTaskCommand[]>>;
  /** Claims open tasks that nobody holds, longest waiting first; each with at most `maxCommands` of its commands. */
  claim(maxTasks: number, maxCommands: number, claimMs: number): Promise<ClaimedCancelTask[]>;
  /**
   * Writes results of claimed tasks down; the first word on a command stays. A task of which nothing is pending is finished
   * by it, any other given back. `taskIds` are all tasks that were claimed, with and without results.
   */
  record(taskIds: readonly string[], results: readonly CancelResult[]): Promise<void>;
  /** Removes finished tasks older than this, at most `limit`; returns how many. */
  removeFinished(olderThanMs: number, limit: number): Promise<number>;
}
