import { connect } from 'node:net';
import { Kafka, logLevel, Partitioners, type Producer } from 'kafkajs';
import { ANSWERS_TOPIC, COMMANDS_TOPIC } from './schema.js';

/** Plain kafkajs with Nagle's algorithm off, as the product has it: leaving it on would flatter the product. */
export function bareKafka(brokers: string): Kafka {
  return new Kafka({
    clientId: 'bare',
    brokers: brokers.split(','),
    logLevel: logLevel.NOTHING,
    socketFactory: ({ host, port, onConnect }) => connect({ host, port, noDelay: true, keepAlive: true }, onConnect),
  });
}

export async function createBareTopics(brokers: string): Promise<void> {
  const admin = bareKafka(brokers).admin();
  await admin.connect();
  const topics = [COMMANDS_TOPIC, ANSWERS_TOPIC].map((topic) => ({ topic, numPartitions: 12, replicationFactor: 1 }));
  await admin.createTopics({ topics, waitForLeaders: false });
  await admin.disconnect();
}

/** One idempotent producer; what gathers during one send is the next one. */
export class BareProducer {
  private waiting: { key: string; value: string; done: () => void }[] = [];
  private sending = false;

  private constructor(
    private readonly producer: Producer,
    private readonly topic: string,
  ) {}

  static async connect(brokers: string, topic: string): Promise<BareProducer> {
    const producer = bareKafka(brokers).producer({
      idempotent: true,
      maxInFlightRequests: 1,
      createPartitioner: Partitioners.DefaultPartitioner,
    });
    await producer.connect();
    return new BareProducer(producer, topic);
  }

  send(key: string, value: string): Promise<void> {
    return new Promise((done) => {
      this.waiting.push({ key, value, done });
      if (!this.sending) void this.flush();
    });
  }

  private async flush(): Promise<void> {
    this.sending = true;
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0, 500);
      await this.producer.send({
        topic: this.topic,
        acks: -1,
        messages: batch.map(({ key, value }) => ({ key, value })),
      });
      for (const { done } of batch) done();
    }
    this.sending = false;
  }
}

/** Calls `handle` for every record, several partitions at once, offsets committed behind. */
export async function consume(brokers: string, topic: string, handle: (value: string) => Promise<void>): Promise<void> {
  const consumer = bareKafka(brokers).consumer({ groupId: `bare-${topic}`, maxWaitTimeInMs: 50 });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    partitionsConsumedConcurrently: 12,
    autoCommitInterval: 500,
    eachBatch: async ({ batch, resolveOffset, heartbeat }) => {
      await Promise.all(batch.messages.map(({ value }) => handle(value!.toString())));
      resolveOffset(batch.lastOffset());
      await heartbeat();
    },
  });
}
