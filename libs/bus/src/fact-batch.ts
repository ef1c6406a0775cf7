import type { RawRecord } from '@downlink/command-engine';
import type { FactHeaders, FactMessage, Origin } from '@downlink/message-contracts';

/** The pattern under which handlers are registered; the transport knows which topic it stands for. */
export const FACTS = 'facts';

/** One record of the topic of facts. */
export interface FactRecord {
  readonly headers: FactHeaders;
  /** The device id. */
  readonly key: string;
  readonly origin: Origin;
  /**
   * Parses the value, once. @throws UnreadableMessage; let it pass through the handler: the record then becomes a dead
   * letter at once and the others of the batch are handed over again without it.
   */
  read(): FactMessage;
}

/**
 * What a handler gets: the records that were there, over all partitions that this member holds, in order per device. A record
 * may come again, alone or among others (at least once): handlers are idempotent on (command id, version).
 */
export interface FactBatch {
  readonly records: readonly FactRecord[];
}

/** A record that was given up. */
export interface PoisonRecord {
  readonly key: string;
  readonly origin: Origin;
  /** Absent when they could not be read. */
  readonly headers: FactHeaders | undefined;
  /** How often a handler was called with it; 0 when its headers could not be read. */
  readonly attempts: number;
  /** Why, in one line, without anything of the payload. */
  readonly error: string;
  /** The group that gave it up. */
  readonly group: string;
  /** The record's own time, ms since 1970. */
  readonly recordedAt: number;
  /** As it stood on the bus, so that it can be put back. */
  raw(): RawRecord;
}
