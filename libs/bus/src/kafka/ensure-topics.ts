import type { Admin, ITopicConfig } from 'kafkajs';
import { factsDeadLetterTopic, factsTopic } from '@downlink/message-contracts';
import type { BusLogger } from '../bus-logger.js';
import { untilItSucceeds } from '../delivery/until-it-succeeds.js';
import { settledWithin } from '../delivery/within.js';
import { createKafkaClient } from './kafka-client.js';
import type { KafkaSettings } from './kafka-settings.js';

const DEFAULT_PARTITIONS = 12;
/**
 * The broker's clock and not the producer's: by default Kafka refuses a record from a host that is more than an hour ahead
 * (`message.timestamp.after.max.ms`), and keeps one from a host that is behind for too short a time.
 */
const STAMPED_BY_THE_BROKER = { name: 'message.timestamp.type', value: 'LogAppendTime' };
/** A dead letter is its record and seven headers more; the broker's limit for a record is 1 MB. */
const DEAD_LETTER_CONFIG = [
  STAMPED_BY_THE_BROKER,
  { name: 'max.message.bytes', value: String(2 * 1024 * 1024) },
  { name: 'retention.ms', value: String(30 * 86_400_000) },
];

/**
 * Creates the topic of facts and that of its dead letters where they do not exist and waits until every partition has a
 * leader. Waits for Kafka as long as it takes; an existing topic with another number of partitions is used as it is.
 * @throws DeliveryStopped when the signal is aborted
 */
export async function ensureTopics(
  settings: KafkaSettings,
  logger: BusLogger,
  signal: AbortSignal,
  role = 'topics',
): Promise<void> {
  const client = createKafkaClient(settings, logger, role);
  const admin = client.kafka.admin({ retry: { retries: 5, initialRetryTime: 50, maxRetryTime: 500 } });
  signal.addEventListener('abort', client.abandon, { once: true });
  try {
    await untilItSucceeds(
      async () => {
        await admin.connect();
        await createMissing(admin, settings);
        await checkPartitions(admin, settings, logger);
        client.outage.over();
      },
      { failed: (reason) => client.outage.failed(reason), backoff: { firstMs: 50, maxMs: 1_000 }, signal },
    );
  } finally {
    signal.removeEventListener('abort', client.abandon);
    await settledWithin(admin.disconnect(), 2_000);
    client.abandon();
  }
}

async function createMissing(admin: Admin, settings: KafkaSettings): Promise<void> {
  const existing = new Set(await admin.listTopics());
  const topics = topicsOf(settings).filter(({ topic }) => !existing.has(topic));
  // With waitForLeaders: true it fails now and then on KRaft with UNKNOWN_TOPIC_OR_PARTITION.
  if (topics.length > 0) await admin.createTopics({ topics, waitForLeaders: false });
}

async function checkPartitions(admin: Admin, settings: KafkaSettings, logger: BusLogger): Promise<void> {
  const wanted = topicsOf(settings);
  const existing = new Set(await admin.listTopics());
  const missing = wanted.filter(({ topic }) => !existing.has(topic));
  if (missing.length > 0) throw new Error(`topics not there yet: ${missing.map(({ topic }) => topic).join(', ')}`);
  const { topics } = await admin.fetchTopicMetadata({ topics: wanted.map(({ topic }) => topic) });
  for (const { name, partitions } of topics) {
    if (partitions.some(({ leader }) => leader < 0)) throw new Error(`${name} has partitions without a leader`);
    const expected = wanted.find(({ topic }) => topic === name)?.numPartitions;
    if (expected !== undefined && partitions.length !== expected) {
      logger.warn(
        { topic: name, partitions: partitions.length, expected },
        'the topic has another number of partitions',
      );
    }
  }
}

function topicsOf({ prefix, partitions, replicationFactor }: KafkaSettings): ITopicConfig[] {
  const shape = {
    numPartitions: partitions ?? DEFAULT_PARTITIONS,
    ...(replicationFactor === undefined ? {} : { replicationFactor }),
  };
  return [
    { topic: factsTopic(prefix), ...shape, configEntries: [STAMPED_BY_THE_BROKER] },
    { topic: factsDeadLetterTopic(prefix), ...shape, configEntries: DEAD_LETTER_CONFIG },
  ];
}
