import type { AcceptedState, CommandEvent, CommandId, DeviceId, Lane, Mode } from '@downlink/command-domain';

/** A command as it stands: the fold of its events, and how many there are. */
export interface Head {
  readonly commandId: CommandId;
  readonly version: number;
  readonly state: AcceptedState;
  /** The latest attempt claimed for publishing, 0 for none (see `AttemptClaims`); absent where the head was not read under lock. */
  readonly claimedAttempt?: number;
}

/** An event in its stream: versions of a command are 1..n without a gap. */
export interface RecordedEvent {
  readonly commandId: CommandId;
  readonly version: number;
  readonly event: CommandEvent;
}

/** What a unit of work is about. Duplicates are allowed. */
export interface Touch {
  readonly deviceIds: readonly DeviceId[];
  readonly commandIds: readonly CommandId[];
  readonly keys?: readonly KeyName[];
}

/** An application's own name for a call. */
export interface KeyName {
  readonly applicationId: string;
  readonly key: string;
}

/** What a key was first used for, and when (ms since 1970, database time). */
export interface KeyUse extends KeyName {
  readonly digest: string;
  readonly commandId: CommandId;
  readonly usedAt: number;
}

/** A part of a lane; null for any. */
export interface Queue {
  readonly deviceId: DeviceId;
  readonly applicationId: string | null;
  readonly mode: Mode | null;
}

/** What is there, under lock. */
export interface Loaded {
  /** The database's clock, ms since 1970. */
  readonly now: number;
  /** A lane for every device touched; one never used before is a fresh one. */
  readonly lanes: ReadonlyMap<DeviceId, Lane>;
  /** The commands touched that exist, and those that the keys touched were used for. Only those of touched lanes are locked. */
  readonly heads: ReadonlyMap<CommandId, Head>;
  /** The uses of the keys touched that are stored, however old. */
  readonly keys: readonly KeyUse[];
  /**
   * The queued command with the lowest lane position of each of these (locked) lanes, as the database has it, without
   * the ones named in `except`. Devices with an empty queue are absent.
   */
  nextQueued(deviceIds: readonly DeviceId[], except: readonly CommandId[]): Promise<ReadonlyMap<DeviceId, Head>>;
  /** All queued commands in these queues of (locked) lanes, as the database has them, in no particular order. */
  queuedOf(queues: readonly Queue[]): Promise<readonly Head[]>;
  /** The oldest open dead letter of each of these (locked) lanes; those without one are absent. */
  openDeadLetters(deviceIds: readonly DeviceId[]): Promise<ReadonlyMap<DeviceId, string>>;
}

/** What is to be written. Each new event also becomes an outbox pointer (command id, version). */
export interface Changes {
  readonly events: readonly RecordedEvent[];
  /**
   * Heads after the events; `previousVersion` 0 for a new command. One that was loaded keeps its `claimedAttempt`: an attempt
   * claimed meanwhile is a race lost.
   */
  readonly heads: readonly (Head & { readonly previousVersion: number })[];
  readonly lanes: readonly Lane[];
  /** First uses of keys. One that is stored must be over (IDEMPOTENCY_KEY_LIFETIME_MS), and is replaced. */
  readonly keys?: readonly KeyUse[];
}

/** Where commands live. The only writer of the event log, the heads, the lanes and the outbox. */
export interface CommandStore {
  /**
   * One transaction, one commit: locks the lanes in id order, loads, calls `work` and writes what it returns. The cost in
   * statements does not depend on the size of the batch. Nothing is written when `work` throws or returns no change. When
   * a race was lost everything begins anew, `work` included, on what is there then: it must keep nothing between calls.
   * Read your writes: what has returned is visible to every later read.
   * @throws Fault `version-conflict` (retryable) when a head moved although its lane was locked, or a key was used meanwhile;
   *   `store-unavailable` (retryable) when the database is away: whether the commit happened is then unknown.
   *   `store-refused` (not retryable) when the database refuses the data itself.
   */
  transact<T>(touch: Touch, work: (loaded: Loaded) => Promise<{ changes: Changes; result: T }>): Promise<T>;
}
