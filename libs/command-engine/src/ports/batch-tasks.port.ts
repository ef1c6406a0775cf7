import type {
  AcceptedStatus,
  CommandId,
  CommandRequest,
  DeliveryPolicy,
  DeviceId,
  JsonObject,
} from '@downlink/command-domain';
import type { Head } from './command-store.port.js';

/** What all commands of a task have in common. */
export type BatchRequest = Omit<CommandRequest, 'deviceId' | 'wireFormat' | 'modelVersion' | 'waiter'>;

/** What a command takes from its own device. */
export type BatchTarget = Pick<CommandRequest, 'wireFormat' | 'modelVersion'> & Pick<DeliveryPolicy, 'lateAnswers'>;

/**
 * One device of a task. Its command has its id from the beginning, so that a runner who hands it in a second time makes no second
 * command of it. Refused from the beginning where the device cannot be asked: `refusal` is then the dialect's own word for why.
 */
export type NewBatchMember = { readonly deviceId: DeviceId; readonly commandId: CommandId } & (
  { readonly target: BatchTarget } | { readonly refusal: string }
);

export interface NewBatchTask {
  readonly applicationId: string;
  readonly name: string;
  /** How long the task may take, in ms: what has not been handed in by then is refused as `task-timed-out`. */
  readonly timeoutMs: number;
  /** What the dialect shows again of the call; kept as it is, members in their order. */
  readonly details: JsonObject;
  readonly request: BatchRequest;
  /** Each device once. */
  readonly members: readonly NewBatchMember[];
}

/** Times are ms since 1970, database time. */
export interface BatchTask extends Pick<NewBatchTask, 'applicationId' | 'name' | 'timeoutMs' | 'details'> {
  /** A UUID (version 7: ordered by time), in lower case with hyphens. */
  readonly id: string;
  readonly total: number;
  readonly createdAt: number;
  /** When a runner took it up first. */
  readonly startedAt: number | null;
  /** When every command had been handed in or refused. */
  readonly submittedAt: number | null;
  /** Whether `timeoutMs` have passed. */
  readonly isOver: boolean;
}

/** Where a device of a task stands: not handed in yet, refused, or its command's own status. `gone`: the command is no longer kept. */
export type BatchMemberState = 'pending' | 'refused' | 'gone' | AcceptedStatus;

export interface BatchMember {
  readonly deviceId: DeviceId;
  readonly commandId: CommandId;
  readonly state: BatchMemberState;
  /** `refused`: why. */
  readonly refusal: string | null;
  /** The command as it stands now. */
  readonly head: Head | null;
}

/** In the order in which they were given. */
export interface BatchMemberQuery {
  readonly taskId: string;
  readonly deviceId?: DeviceId;
  readonly commandId?: CommandId;
  readonly states?: readonly BatchMemberState[];
  readonly offset: number;
  readonly limit: number;
}

/** A task's share of work: devices of which nothing is known yet. */
export interface ClaimedBatchTask {
  readonly taskId: string;
  readonly request: BatchRequest;
  readonly isOver: boolean;
  readonly pending: readonly {
    readonly deviceId: DeviceId;
    readonly commandId: CommandId;
    readonly target: BatchTarget;
  }[];
}

export interface BatchResult {
  readonly taskId: string;
  readonly commandId: CommandId;
  /** null: the command was accepted. */
  readonly refusal: string | null;
}

/**
 * Tasks that send one command to many devices, durable. Whoever makes one need not live on: a runner claims it, hands commands in and
 * writes down what became of each. The claim of a runner that died lapses, and another hands the same commands in again, under the
 * same ids, which is harmless.
 */
export interface BatchTasks {
  /** Durable when it returns, with every device. */
  create(task: NewBatchTask): Promise<BatchTask>;
  /** Undefined for another application's, and for a text that is no id of a task. */
  find(id: string, applicationId: string): Promise<BatchTask | undefined>;
  /** How many of its devices stand where; states that none is in are missing. */
  counts(id: string): Promise<ReadonlyMap<BatchMemberState, number>>;
  members(query: BatchMemberQuery): Promise<{ members: BatchMember[]; total: number }>;
  /** Claims open tasks that nobody holds, longest waiting first; each with at most `maxMembers` of its devices. */
  claim(maxTasks: number, maxMembers: number, claimMs: number): Promise<ClaimedBatchTask[]>;
  /**
   * Writes results of claimed tasks down; the first word on a command stays. A task of which nothing is pending is finished by it, any
   * other given back. `taskIds` are all tasks that were claimed, with and without results.
   */
  record(taskIds: readonly string[], results: readonly BatchResult[]): Promise<void>;
  /** Removes tasks whose commands were all handed in so long ago, at most `limit`; returns how many. */
  removeFinished(olderThanMs: number, limit: number): Promise<number>;
}
