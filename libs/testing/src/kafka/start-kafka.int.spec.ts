import { afterEach, expect, it } from '@jest/globals';
import { Kafka, logLevel } from 'kafkajs';
import { describeWithServers, eventually, sharedKafka, startKafka, uniquePrefix, type TestKafka } from '../index.js';

/** Sends one record and gives all records of the topic; a partition's records in order. */
async function roundTrip(brokers: string[], topic: string, value: string, retries = 20): Promise<string[]> {
  const kafka = new Kafka({ brokers, logLevel: logLevel.NOTHING, retry: { retries, maxRetryTime: 500 } });
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  await producer.send({ topic, messages: [{ value }] }).finally(() => producer.disconnect());
  const consumer = kafka.consumer({ groupId: uniquePrefix(), sessionTimeout: 6000 });
  const got: string[] = [];
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({ eachMessage: async ({ message }) => void got.push(message.value?.toString() ?? '') });
  await eventually(() => expect(got).toContain(value), { withinMs: 20_000 });
  await consumer.disconnect();
  return got;
}

async function createTopic(brokers: string[], topic: string): Promise<void> {
  const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: false });
  await eventually(async () => expect(await admin.listTopics()).toContain(topic));
  await admin.disconnect();
}

describeWithServers(['kafka'], 'sharedKafka', () => {
  it('carries records', async () => {
    const { brokers } = await sharedKafka();
    const topic = `${uniquePrefix()}facts`;
    await createTopic(brokers, topic);
    expect(await roundTrip(brokers, topic, 'accepted')).toEqual(['accepted']);
  });

  it('does not bring a topic into being by its mere use', async () => {
    const { brokers } = await sharedKafka();
    await expect(roundTrip(brokers, `${uniquePrefix()}mistyped`, 'lost', 1)).rejects.toThrow(
      'does not host this topic-partition',
    );
  });
});

describeWithServers(['own-kafka'], 'startKafka', () => {
  let kafka: TestKafka | undefined;
  afterEach(async () => {
    await kafka?.stop();
    kafka = undefined;
  });

  it('has its records again, on the same address, after it was killed and restarted', async () => {
    kafka = await startKafka();
    const topic = `${uniquePrefix()}facts`;
    await createTopic(kafka.brokers, topic);
    await roundTrip(kafka.brokers, topic, 'before');
    await kafka.kill();
    await kafka.restart();
    expect(await roundTrip(kafka.brokers, topic, 'after')).toEqual(['before', 'after']);
  }, 120_000);
});
