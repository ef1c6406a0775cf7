import type { CommittedFact, FactPublisher } from '@downlink/command-engine';
import { encodeFact, factsTopic, type FactAnnotations } from '@downlink/message-contracts';
import type { BusLogger } from '../bus-logger.js';
import { ensureTopics } from './ensure-topics.js';
import type { KafkaSettings } from './kafka-settings.js';
import { KafkaSender } from './kafka-sender.js';

export interface KafkaFactPublisherOptions {
  readonly kafka: KafkaSettings;
  readonly logger: BusLogger;
  /** Facts in memory at most; above it `publish` rejects and the outbox keeps them. Default 50,000. */
  readonly capacity?: number;
  readonly annotate?: (fact: CommittedFact) => FactAnnotations;
}

/** Publishes facts to Kafka. */
export class KafkaFactPublisher implements FactPublisher {
  readonly #sender: KafkaSender;
  readonly #annotate: (fact: CommittedFact) => FactAnnotations;

  constructor(options: KafkaFactPublisherOptions) {
    this.#sender = new KafkaSender({
      settings: options.kafka,
      logger: options.logger,
      topic: factsTopic(options.kafka.prefix),
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

  /** Sends what waits for up to `withinMs`, rejects the rest with a retryable Fault and disconnects. */
  close(withinMs = 10_000): Promise<void> {
    return this.#sender.close(withinMs);
  }
}
