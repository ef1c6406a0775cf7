import {
  Fault,
  type CommittedFact,
  type FactPublisher,
  type RawRecord,
  type RecordReplayer,
} from '@downlink/command-engine';
import {
  decodeFact,
  encodeFact,
  factsTopic,
  headersOf,
  type EncodedFact,
  type FactAnnotations,
} from '@downlink/message-contracts';
import { settledWithin } from '../delivery/within.js';
import type { FactTailListener } from '../fact-tail.js';
import { IncomingRecord } from '../delivery/incoming-record.js';
import { LocalGroup, type LocalEntry } from './local-group.js';
import { partitionOf } from './partition-of.js';

export interface LocalFactBusOptions {
  /** Every group that must get every fact, also those published before its first member came. */
  readonly groups: readonly string[];
  /** Facts in memory at most; above it `publish` rejects and the outbox keeps them. Default 50,000. */
  readonly capacity?: number;
  readonly annotate?: (fact: CommittedFact) => FactAnnotations;
  /** How long a replay waits for the groups, in ms: somebody is waiting for its answer. Default 5,000. */
  readonly replayWithinMs?: number;
}

const PARTITIONS = 12;

/**
 * The bus inside one process: `publish` resolves when the handlers of all groups have taken the facts durably, so that what
 * a crash cuts short is still in the outbox. Nothing is kept across a restart.
 */
export class LocalFactBus implements FactPublisher, RecordReplayer {
  /** Whoever hears of facts without being waited for. */
  readonly tails = new Set<FactTailListener>();
  readonly #groups: ReadonlyMap<string, LocalGroup>;
  readonly #capacity: number;
  readonly #annotate: (fact: CommittedFact) => FactAnnotations;
  readonly #replayWithinMs: number;
  readonly #offsets = Array.from({ length: PARTITIONS }, () => 0);
  readonly #open = new Set<(fault: Fault) => void>();
  #held = 0;
  #closed = false;

  constructor(options: LocalFactBusOptions) {
    this.#groups = new Map(options.groups.map((name) => [name, new LocalGroup()]));
    this.#capacity = options.capacity ?? 50_000;
    this.#annotate = options.annotate ?? (() => ({}));
    this.#replayWithinMs = options.replayWithinMs ?? 5_000;
  }

  /** @throws Fault `bus-overloaded` (retryable) above the capacity, `bus-closed` (retryable) after `close()` */
  async publish(facts: readonly CommittedFact[]): Promise<void> {
    if (facts.length === 0) return;
    if (this.#closed) throw closed();
    if (this.#held + facts.length > this.#capacity) {
      throw new Fault('bus-overloaded', `${String(this.#held)} facts wait already`, { retryable: true });
    }
    this.#tell(facts);
    this.#held += facts.length;
    try {
      await this.#offer(facts);
    } finally {
      this.#held -= facts.length;
    }
  }

  /** @throws also UnreadableMessage for a record that is no fact */
  async replay(topic: string, { value }: RawRecord): Promise<void> {
    if (topic !== factsTopic() || value === null) {
      throw new Fault('unknown-topic', `records of ${topic} are not of this bus`, { retryable: false });
    }
    const taken = this.publish([decodeFact(Buffer.from(value).toString())]);
    if (!(await settledWithin(taken, this.#replayWithinMs))) {
      throw new Fault('bus-unavailable', 'the record is not handled yet', { retryable: true });
    }
    await taken;
  }

  /** @throws TypeError for a group that was not declared: it would miss what was published before it joined */
  group(name: string): LocalGroup {
    const group = this.#groups.get(name);
    if (group === undefined) throw new TypeError(`the group ${name} is not declared on the local bus`);
    return group;
  }

  /** Rejects what is still under way, with a retryable Fault. Close the servers first. */
  close(): void {
    this.#closed = true;
    for (const reject of this.#open) reject(closed());
  }

  #tell(facts: readonly CommittedFact[]): void {
    for (const { wants, onFact } of this.tails) {
      for (const fact of facts) {
        if (wants(fact.status)) onFact(headersOf(fact, this.#annotate(fact)), fact.request.deviceId);
      }
    }
  }

  #offer(facts: readonly CommittedFact[]): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      let missing = facts.length * this.#groups.size;
      if (missing === 0) return resolve();
      this.#open.add(reject);
      const done = (): void => {
        missing -= 1;
        if (missing > 0) return;
        this.#open.delete(reject);
        resolve();
      };
      const sources = facts.map((fact) => this.#sourceOf(fact));
      for (const group of this.#groups.values()) group.offer(sources.map((source) => entryOf(source, done)));
    });
  }

  #sourceOf(fact: CommittedFact): LocalSource {
    const key = fact.request.deviceId;
    const partition = partitionOf(key, PARTITIONS);
    const offset = this.#offsets[partition]!;
    this.#offsets[partition] = offset + 1;
    const annotations = this.#annotate(fact);
    const headers = headersOf(fact, annotations);
    return {
      key,
      origin: { topic: factsTopic(), partition, offset: String(offset) },
      // Offsets begin anew with each process; together with the time a record is known all the same.
      recordedAt: Date.now(),
      raw: () => rawRecordOf(encodeFact(fact, annotations)),
      headers: () => headers,
      read: () => fact,
    };
  }
}

type LocalSource = ConstructorParameters<typeof IncomingRecord>[0];

function entryOf(source: LocalSource, done: () => void): LocalEntry {
  return { record: new IncomingRecord(source), partition: source.origin.partition, done };
}

function rawRecordOf({ key, headers, value }: EncodedFact): RawRecord {
  const pairs = Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)] as const);
  return { key: Buffer.from(key), value: Buffer.from(value), headers: pairs };
}

function closed(): Fault {
  return new Fault('bus-closed', 'the bus is closed', { retryable: true });
}
