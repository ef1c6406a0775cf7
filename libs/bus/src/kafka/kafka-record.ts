import type { IHeaders, KafkaMessage } from 'kafkajs';
import { decodeFact, readFactHeaders, UnreadableMessage } from '@downlink/message-contracts';
import type { RecordSource } from '../delivery/incoming-record.js';
import type { ReadAt } from './offset-ledger.js';

/** A record as Kafka gave it. */
export interface KafkaSource extends RecordSource {
  readonly message: KafkaMessage;
  readonly at: ReadAt;
}

export function kafkaSource(topic: string, message: KafkaMessage, at: ReadAt): KafkaSource {
  const { partition, offset } = at;
  return {
    message,
    at,
    key: message.key?.toString() ?? '',
    origin: { topic, partition, offset },
    headers: () => readFactHeaders(textHeaders(message.headers)),
    read: () => {
      if (message.value === null) throw new UnreadableMessage('', 'no value');
      return decodeFact(message.value.toString());
    },
  };
}

/** Headers as text; of one that stands there several times the last counts. */
export function textHeaders(headers: IHeaders | undefined): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(headers ?? {}).map(([name, value]) => [
      name,
      (Array.isArray(value) ? value.at(-1) : value)?.toString(),
    ]),
  );
}
