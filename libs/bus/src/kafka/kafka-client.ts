import { Kafka, logLevel } from 'kafkajs';
import type { BusLogger } from '../bus-logger.js';
import { clientLog } from './client-log.js';
import type { KafkaSettings } from './kafka-settings.js';
import { OutageLog } from './outage-log.js';
import { quietRequestQueues } from './quiet-request-queue.js';
import { quickEncoders } from './quick-encoder.js';
import { createSocket } from './socket-factory.js';

/** Rides out any outage; with the defaults of kafkajs a long one ends in a crash of the consumer. */
export const FOR_EVER = { retries: Number.MAX_SAFE_INTEGER, initialRetryTime: 100, maxRetryTime: 1_000 };

export interface KafkaClient {
  readonly kafka: Kafka;
  readonly outage: OutageLog;
  /**
   * Ends every attempt to connect that kafkajs still makes on behalf of what was closed meanwhile: without this its retries,
   * which never end, would keep the process alive.
   */
  abandon(): void;
}

/** A client of kafkajs as all of this room use it. Opens no connection. */
export function createKafkaClient(settings: KafkaSettings, logger: BusLogger, role: string): KafkaClient {
  quietRequestQueues();
  quickEncoders();
  const { brokers, clientId, tls, sasl } = settings;
  const outage = new OutageLog(logger, { brokers, role });
  let abandoned = false;
  const kafka = new Kafka({
    clientId: `${clientId}-${role}`,
    // An empty list is an error that kafkajs does not try again after.
    brokers: () => (abandoned ? [] : [...brokers]),
    connectionTimeout: 3_000,
    requestTimeout: 30_000,
    retry: FOR_EVER,
    socketFactory: createSocket,
    logLevel: logLevel.INFO,
    logCreator: clientLog(logger, outage),
    ...(tls === undefined ? {} : { ssl: tls }),
    ...(sasl === undefined ? {} : { sasl: saslOf(sasl) }),
  });
  return {
    kafka,
    outage,
    abandon() {
      abandoned = true;
    },
  };
}

type Sasl = NonNullable<KafkaSettings['sasl']>;

function saslOf({ mechanism, username, password }: Sasl) {
  // One branch per mechanism: the type of kafkajs ties the name to its members.
  if (mechanism === 'plain') return { mechanism, username, password };
  if (mechanism === 'scram-sha-256') return { mechanism, username, password };
  return { mechanism, username, password };
}
