import {
  Fault,
  type CommittedFact,
  type FactPublisher,
  type RawRecord,
  type RecordReplayer,
} from '@downlink/command-engine';
import { encodeFact, factsTopic, type FactAnnotations } from '@downlink/message-contracts';
import type { BusLogger } from '../bus-logger.js';
import { settledWithin } from '../delivery/within.js';
import { ensureTopics } from './ensure-topics.js';
import { messageOf } from './kafka-record.js';
import type { KafkaSettings } from './kafka-settings.js';
import { KafkaSender } from './kafka-sender.js';

export interface KafkaFactPublisherOptions {
  readonly kafka: KafkaSettings;
  readonly logger: BusLogger;
  /** Facts in memory at most; above it `publish` rejects and the outbox keeps them. Default 50,000. */
  readonly capacity?: number;
  readonly annotate?: (fact: CommittedFact) => FactAnnotations;
  /** How long a replay waits for Kafka, in ms: somebody is waiting for its answer. Default 5,000. */
  readonly replayWithinMs?: number;
}

/** Publishes facts to Kafka. */
export class KafkaFactPublisher implements FactPublisher, RecordReplayer {
  readonly #sender: KafkaSender;
  readonly #annotate: (fact: CommittedFact) => FactAnnotations;
  readonly #topic: string;
  readonly #replayWithinMs: number;

  constructor(options: KafkaFactPublisherOptions) {
    this.#topic = factsTopic(options.kafka.prefix);
    this.#replayWithinMs = options.replayWithinMs ?? 5_000;
    this.#sender = new KafkaSender({
      settings: options.kafka,
      logger: options.logger,
      topic: this.#topic,
      role: 'publisher',
      capacity: options.capacity ?? 50_000,
      prepare: (signal) => ensureTopics(options.kafka, options.logger, signal, 'publisher-topics'),
    });
    this.#annotate = options.annotate ?? (() => ({}));
  }

  /** Whether it is connected and Kafka answers; for health. */
  get available(): boolean {
    return this.#sender.available;
  }

  /** Connects and creates the topics in the background; publishing does so too. Never fails: Kafka away is waited for. */
  start(): void {
    this.#sender.start();
  }

  /**
   * Resolves when all replicas in sync have the facts; waits while Kafka is away.
   * @throws Fault `bus-overloaded` (retryable), `bus-closed` (retryable), `bus-refused` (not retryable: a fact above Kafka's
   *   size limit)
   */
  publish(facts: readonly CommittedFact[]): Promise<void> {
    return this.#sender.send(facts.map((fact) => encodeFact(fact, this.#annotate(fact))));
  }

  /** Of the topic of facts only. */
  async replay(topic: string, record: RawRecord): Promise<void> {
    if (topic !== this.#topic) {
      throw new Fault('unknown-topic', `records of ${topic} do not go to ${this.#topic}`, { retryable: false });
    }
    const sent = this.#sender.send([messageOf(record)]);
    if (!(await settledWithin(sent, this.#replayWithinMs))) {
      throw new Fault('bus-unavailable', 'Kafka does not answer', { retryable: true });
    }
    await sent;
  }

  /** Sends what waits for up to `withinMs`, rejects the rest with a retryable Fault and disconnects. */
  close(withinMs = 10_000): Promise<void> {
    return this.#sender.close(withinMs);
  }
}
