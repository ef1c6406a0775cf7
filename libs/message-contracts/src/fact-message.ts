import type { CommandEvent, CommandId, CommandRequest, CommandState, Status } from '@downlink/command-domain';

/**
 * A committed event together with what consumers need beside it, as it crosses the bus. The same shape as the engine's
 * `CommittedFact`, which this room may not import; the bus checks at compile time that they stay the same.
 */
export interface FactMessage {
  readonly commandId: CommandId;
  /** Versions of a command are 1..n; a consumer is idempotent on (commandId, version). */
  readonly version: number;
  readonly event: CommandEvent;
  readonly request: CommandRequest;
  readonly lanePosition: number;
  readonly statusBefore: CommandState['status'];
  readonly status: Exclude<Status, 'none'>;
}

/** A fact as the bus carries it. */
export interface EncodedFact {
  /** The device id: facts of one device keep their order. */
  readonly key: string;
  readonly headers: Record<string, string>;
  /** JSON, UTF-8. */
  readonly value: string;
}

/** What travels beside a fact but is no part of it. */
export interface FactAnnotations {
  /** The API instance that holds a synchronous call open for this command. */
  readonly waiter?: string;
  /** W3C Trace Context, level 1. */
  readonly traceparent?: string;
}
