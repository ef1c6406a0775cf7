import type { CommandId, DeviceId } from '@downlink/command-domain';

/** A record of the bus as it stood there, byte for byte. */
export interface RawRecord {
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  /** In their order; a name may stand there several times. */
  readonly headers: readonly (readonly [name: string, value: Uint8Array])[];
}

/** Where a record stood on the bus. Offsets are 64-bit, hence text; `recordedAt` is the record's own time, ms since 1970. */
export interface RecordOrigin {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly recordedAt: number;
}

/** A record that a consumer group has given up. */
export interface NewDeadLetter {
  readonly origin: RecordOrigin;
  readonly group: string;
  /** The record's key, when a device can be called so. */
  readonly deviceId: DeviceId | null;
  /** What the headers say, when they say it. */
  readonly commandId: CommandId | null;
  /** How often a handler was called with it. */
  readonly attempts: number;
  /** One line; nothing of the payload. */
  readonly error: string;
  readonly record: RawRecord;
}

export const DEAD_LETTER_STATES = ['open', 'replayed', 'discarded'] as const;
export type DeadLetterState = (typeof DEAD_LETTER_STATES)[number];

/** A dead letter as it is kept, without the record's bytes. */
export interface KeptDeadLetter extends Omit<NewDeadLetter, 'group' | 'record'> {
  /** Digits; a later one is a greater number. */
  readonly id: string;
  /** Every group that could not take the record: it is one dead letter all the same, and one replay brings it to all. */
  readonly groups: readonly string[];
  /** Bytes of key, value and headers. */
  readonly size: number;
  /** Whether the record itself is kept; one above `MAX_RECORD_BYTES` is not, and can only be discarded. */
  readonly replayable: boolean;
  /** Whether its device has a lane, which it blocks while it is open. A key that is no device of ours has none. */
  readonly hasLane: boolean;
  readonly state: DeadLetterState;
  /** Why it was discarded, in the words of whoever did. */
  readonly reason: string | null;
  /** ms since 1970, database time */
  readonly createdAt: number;
  readonly settledAt: number | null;
}

/** What Kafka takes by default (message.max.bytes is 1,048,588), so that whatever was on the topic can go back to it. */
export const MAX_RECORD_BYTES = 1_048_576;

/** Newest first. */
export interface DeadLetterQuery {
  /** Only those of this application's devices; absent: all, also those of no device. */
  readonly applicationId?: string;
  readonly deviceId?: DeviceId;
  readonly state?: DeadLetterState;
  /** The id of the last one seen: only older ones. */
  readonly after?: string;
  readonly limit: number;
}

/** The records that no consumer could take. The truth about which lanes are blocked: a lane stands still while one is open. */
export interface DeadLetters {
  /**
   * Keeps a dead letter, once per record: handed in again it changes nothing. Another group that gives up the same record is
   * added; where it had been discarded before that, it is open again, for nobody has looked at this group's trouble. Resolves when durable.
   * @throws Fault `store-unavailable` (retryable)
   */
  keep(letter: NewDeadLetter): Promise<KeptDeadLetter>;
  /** @param applicationId as in `DeadLetterQuery` */
  find(id: string, applicationId?: string): Promise<KeptDeadLetter | undefined>;
  search(query: DeadLetterQuery): Promise<KeptDeadLetter[]>;
  /** The bytes; undefined when they are not kept. */
  record(id: string): Promise<RawRecord | undefined>;
  /** Ends an open dead letter; one that has ended stays as it is. Returns it as it then stands; undefined for an unknown id. */
  settle(
    id: string,
    how: { readonly state: Exclude<DeadLetterState, 'open'>; readonly reason?: string },
  ): Promise<KeptDeadLetter | undefined>;
}

/** Puts records back on the bus. */
export interface RecordReplayer {
  /**
   * Resolves when the record is durable at the end of its topic, in the partition of its key; every group gets it again.
   * @throws Fault `bus-unavailable` (retryable; it may be there all the same), `bus-refused` or `unknown-topic` (not retryable)
   */
  replay(topic: string, record: RawRecord): Promise<void>;
}
