import { OutboxRelay, relayLog, type Outbox } from '@downlink/command-engine';
import type { BusLogger } from '../bus-logger.js';
import { KafkaFactPublisher } from './kafka-fact-publisher.js';
import type { KafkaSettings } from './kafka-settings.js';

/** How committed facts leave a service process. */
export interface KafkaRelay {
  readonly publisher: KafkaFactPublisher;
  readonly relay: OutboxRelay;
  /** What Kafka does not take within `withinMs` stays in the outbox. */
  close(withinMs?: number): Promise<void>;
}

/** Below the 10 s that a stop hook has. */
const CLOSE_WITHIN_MS = 5_000;

/** A relay over Kafka; connects in the background, and Kafka away is waited for. */
export function startKafkaRelay(options: { kafka: KafkaSettings; outbox: Outbox; logger: BusLogger }): KafkaRelay {
  const { kafka, outbox, logger } = options;
  const publisher = new KafkaFactPublisher({ kafka, logger });
  publisher.start();
  const relay = new OutboxRelay(publisher, outbox, relayLog(logger));
  return {
    publisher,
    relay,
    async close(withinMs = CLOSE_WITHIN_MS) {
      await publisher.close(withinMs);
      await relay.drain();
    },
  };
}
