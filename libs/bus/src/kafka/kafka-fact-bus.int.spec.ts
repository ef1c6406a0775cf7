import { Kafka, logLevel } from 'kafkajs';
import { decodeFact, factsDeadLetterTopic, readDeadLetterHeaders } from '@downlink/message-contracts';
import { describeWithServers, sharedKafka, uniquePrefix } from '@downlink/testing';
import { factBusContract } from '../contracts/fact-bus.contract.js';
import { KafkaFactPublisher } from './kafka-fact-publisher.js';
import { KafkaFactServer } from './kafka-fact.server.js';
import { textHeaders } from './kafka-record.js';
import type { KafkaSettings } from './kafka-settings.js';

const silent = { debug() {}, info() {}, warn() {}, error() {} };

describeWithServers(['kafka'], 'the bus over Kafka', () => {
  factBusContract({
    withinMs: 30_000,
    async open() {
      const { brokers } = await sharedKafka();
      const kafka: KafkaSettings = { brokers, clientId: 'contract', prefix: uniquePrefix() };
      const publisher = new KafkaFactPublisher({
        kafka,
        logger: silent,
        annotate: ({ request }) => ({ waiter: `waiter-of-${request.deviceId}` }),
      });
      return {
        publisher,
        member: (options) =>
          new KafkaFactServer({
            ...options,
            group: `${kafka.prefix ?? ''}${options.group}`,
            kafka,
            times: { sessionTimeoutMs: 6_000, heartbeatIntervalMs: 200, rebalanceTimeoutMs: 10_000 },
          }),
        deadLetters: () => deadLettersOf(kafka),
        close: () => publisher.close(),
      };
    },
  });
});

/** Everything in the topic of dead letters. */
async function deadLettersOf({ brokers, prefix }: KafkaSettings) {
  const client = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING });
  const topic = factsDeadLetterTopic(prefix);
  const admin = client.admin();
  await admin.connect();
  const ends = await admin.fetchTopicOffsets(topic);
  await admin.disconnect();
  const count = ends.reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0);
  if (count === 0) return [];
  const consumer = client.consumer({ groupId: uniquePrefix(), maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const found: { letter: ReturnType<typeof readDeadLetterHeaders>; fact: ReturnType<typeof decodeFact> }[] = [];
  await new Promise<void>((resolve, reject) => {
    consumer
      .run({
        eachMessage: async ({ message }) => {
          const letter = readDeadLetterHeaders(textHeaders(message.headers));
          found.push({
            letter: { ...letter, group: letter.group.slice((prefix ?? '').length) },
            fact: decodeFact(String(message.value)),
          });
          if (found.length === count) resolve();
        },
      })
      .catch(reject);
  });
  await consumer.disconnect();
  return found;
}
