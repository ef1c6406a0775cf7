import { settledWithin } from '../delivery/within.js';
import type { KafkaClient } from './kafka-client.js';
import type { PartitionOffset } from './offset-ledger.js';

/** Where each partition of a topic ends now: the offset that its next record will get. @throws what kafkajs throws */
export async function newestOffsets(client: KafkaClient, topic: string): Promise<PartitionOffset[]> {
  const admin = client.kafka.admin({ retry: { retries: 5, initialRetryTime: 50, maxRetryTime: 500 } });
  try {
    await admin.connect();
    const offsets = await admin.fetchTopicOffsets(topic);
    return offsets.map(({ partition, high }) => ({ partition, offset: high }));
  } finally {
    await settledWithin(admin.disconnect(), 2_000);
  }
}
