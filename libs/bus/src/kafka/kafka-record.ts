import type { RawRecord } from '@downlink/command-engine';
import type { IHeaders, KafkaMessage, Message } from 'kafkajs';
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
    recordedAt: Number(message.timestamp),
    raw: () => rawRecordOf(message),
    headers: () => readFactHeaders(textHeaders(message.headers)),
    read: () => {
      if (message.value === null) throw new UnreadableMessage('', 'no value');
      return decodeFact(message.value.toString());
    },
  };
}

/** The record as it is, byte for byte. */
export function rawRecordOf({ key, value, headers }: KafkaMessage): RawRecord {
  const pairs = Object.entries(headers ?? {}).flatMap(([name, values]) =>
    [values].flat().flatMap((one) => (one === undefined ? [] : [[name, Buffer.from(one)] as const])),
  );
  return { key, value, headers: pairs };
}

/** What kafkajs sends: names that stand there several times go together. */
export function messageOf({ key, value, headers }: RawRecord): Message {
  const byName: IHeaders = {};
  for (const [name, bytes] of headers) {
    const known = byName[name];
    const one = Buffer.from(bytes);
    byName[name] = known === undefined ? one : [known, one].flat();
  }
  const bytesOf = (bytes: Uint8Array | null) => (bytes === null ? null : Buffer.from(bytes));
  return { key: bytesOf(key), value: bytesOf(value), headers: byName };
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
