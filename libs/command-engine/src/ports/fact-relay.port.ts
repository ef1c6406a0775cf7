import type { CommandId, CommandRequest, CommandState, Status } from '@downlink/command-domain';
import type { RecordedEvent } from './command-store.port.js';

/** A committed event together with what consumers need beside it, so that none has to ask back. */
export interface CommittedFact extends RecordedEvent {
  readonly request: CommandRequest;
  readonly lanePosition: number;
  readonly statusBefore: CommandState['status'];
  readonly status: Exclude<Status, 'none'>;
}

export interface FactPointer {
  readonly commandId: CommandId;
  readonly version: number;
}

/** Takes facts to the other services. */
export interface FactPublisher {
  /**
   * Resolves when every fact is durable at the other side (Kafka: acks=all; in-process: every subscriber's effect is
   * durable). Calls may overlap; facts of one device keep the order of the calls. Rejects with a Fault; publishing the
   * same fact again is always allowed.
   */
  publish(facts: readonly CommittedFact[]): Promise<void>;
}

/** The pointers that say which committed events have not been published yet. */
export interface Outbox {
  /** Forgets pointers; ones that are gone already do not matter. */
  remove(pointers: readonly FactPointer[]): Promise<void>;
  /** Pointers older than `olderThanMs` of these shards with their facts, oldest first. */
  leftovers(shards: readonly number[], olderThanMs: number, limit: number): Promise<CommittedFact[]>;
}

/** Where the engine leaves committed facts. Never blocks and never fails: what is not published stays in the outbox. */
export interface FactRelay {
  handOver(facts: readonly CommittedFact[]): void;
}
