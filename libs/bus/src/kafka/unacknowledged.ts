import type { Message, RecordMetadata } from 'kafkajs';
import type { Waiting } from './send-queue.js';

/**
 * Records whose partition is not among those acknowledged. kafkajs 2.2.4 skips a broker that has answered when it tries a
 * send again: partitions that moved to that broker meanwhile are then left out, and the send succeeds without them.
 */
export function unacknowledged(
  batch: readonly Waiting[],
  acknowledged: readonly Pick<RecordMetadata, 'partition'>[],
  partitionOf: Pick<WeakMap<Message, number>, 'get'>,
): readonly Waiting[] {
  const partitions = new Set(acknowledged.map(({ partition }) => partition));
  return batch.filter(({ message }) => !partitions.has(partitionOf.get(message) ?? -1));
}
