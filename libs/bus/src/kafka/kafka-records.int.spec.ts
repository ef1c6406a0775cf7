import { afterEach, expect, it, jest } from '@jest/globals';
import { Kafka, logLevel } from 'kafkajs';
import { factsDeadLetterTopic, factsTopic, readDeadLetterHeaders } from '@downlink/message-contracts';
import { describeWithServers, eventually, sharedKafka, uniquePrefix } from '@downlink/testing';
import { aFact, someFacts } from '../contracts/some-facts.js';
import type { PoisonRecord } from '../fact-batch.js';
import { collectingLogger } from '../spec-support/collecting-logger.js';
import { startMember } from '../spec-support/start-member.js';
import { startStream } from '../spec-support/start-stream.js';
import { ensureTopics } from './ensure-topics.js';
import { KafkaFactPublisher } from './kafka-fact-publisher.js';
import { KafkaFactServer, type KafkaFactServerOptions } from './kafka-fact.server.js';
import { textHeaders } from './kafka-record.js';

const withinMs = 30_000;
const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function openBus() {
  const { brokers } = await sharedKafka();
  const kafka = { brokers, clientId: 'records', prefix: uniquePrefix() };
  const logger = collectingLogger();
  const publisher = new KafkaFactPublisher({ kafka, logger });
  cleanups.push(() => publisher.close());
  const raw = new Kafka({ brokers, logLevel: logLevel.NOTHING });
  const admin = raw.admin();
  await admin.connect();
  cleanups.push(() => admin.disconnect());
  const group = `${kafka.prefix}group`;
  const member = async (
    handle: Parameters<typeof startMember>[1],
    options: Partial<KafkaFactServerOptions> = {},
  ): Promise<KafkaFactServer> => {
    const server = new KafkaFactServer({ kafka, logger, group, closeWithinMs: 200, ...options });
    cleanups.push(() => server.close());
    return startMember(server, handle);
  };
  /** The sum over all partitions of what the group has committed. */
  const committed = async (): Promise<number> => {
    const [offsets] = await admin.fetchOffsets({ groupId: group, topics: [factsTopic(kafka.prefix)] });
    return offsets!.partitions.reduce((sum, { offset }) => sum + Math.max(Number(offset), 0), 0);
  };
  return { kafka, logger, publisher, raw, admin, member, committed };
}

const HOUR_MS = 3_600_000;

describeWithServers(['kafka'], 'records in Kafka', () => {
  it.each([2, -2])(
    'are taken from a host whose clock is %s h off, and stamped with the time of the broker',
    async (hours) => {
      const { publisher, raw, kafka, logger } = await openBus();
      await ensureTopics(kafka, logger, new AbortController().signal);
      const now = Date.now.bind(Date);
      const clock = jest.spyOn(Date, 'now').mockImplementation(() => now() + hours * HOUR_MS);
      await publisher.publish([aFact('d1', 1)]).finally(() => clock.mockRestore());
      const stamps: number[] = [];
      const consumer = raw.consumer({ groupId: `${kafka.prefix}clocks` });
      cleanups.push(() => consumer.disconnect());
      await consumer.connect();
      await consumer.subscribe({ topic: factsTopic(kafka.prefix), fromBeginning: true });
      await consumer.run({ eachMessage: async ({ message }) => void stamps.push(Number(message.timestamp)) });
      await eventually(() => expect(stamps).toHaveLength(1), { withinMs });
      expect(Math.abs(stamps[0]! - Date.now())).toBeLessThan(HOUR_MS / 2);
    },
  );

  it('become dead letters when they cannot be read, and hold up nobody', async () => {
    const { kafka, publisher, raw, member } = await openBus();
    await publisher.publish([aFact('d1', 1)]);
    const producer = raw.producer();
    await producer.connect();
    const topic = factsTopic(kafka.prefix);
    const good = {
      'command-id': '2255133000286994432',
      type: 'AttemptSent',
      version: '1',
      application: 'a',
      status: 'sent',
    };
    await producer.send({
      topic,
      messages: [
        { key: 'd1', value: 'no headers' },
        { key: 'd1', value: '{"not":"a fact"}', headers: { ...good, schema: '1' } },
        { key: 'd1', value: null, headers: { ...good, schema: '1' } },
      ],
    });
    await producer.disconnect();
    await publisher.publish([aFact('d1', 2)]);

    const versions: number[] = [];
    const poison: PoisonRecord[] = [];
    await member(({ records }) => void versions.push(...records.map((record) => record.read().version)), {
      onPoison: (record) => void poison.push(record),
    });
    await eventually(() => expect(versions).toEqual([1, 2]), { withinMs });
    expect(poison.map(({ attempts, headers }) => [attempts > 0, headers?.type])).toEqual([
      [false, undefined],
      [true, 'AttemptSent'],
      [true, 'AttemptSent'],
    ]);

    const consumer = raw.consumer({ groupId: uniquePrefix() });
    cleanups.push(() => consumer.disconnect());
    await consumer.connect();
    await consumer.subscribe({ topic: factsDeadLetterTopic(kafka.prefix), fromBeginning: true });
    const letters: { error: string; value: string | undefined }[] = [];
    await consumer.run({
      eachMessage: async ({ message: { headers, value } }) =>
        void letters.push({ error: readDeadLetterHeaders(textHeaders(headers)).error, value: value?.toString() }),
    });
    await eventually(() => expect(letters).toHaveLength(3), { withinMs });
    expect(letters.map(({ value }) => value)).toEqual(['no headers', '{"not":"a fact"}', undefined]);
    for (const { error } of letters) expect(error).toContain('unreadable');
  });

  it('are committed up to the last one whose handler returned, and not beyond', async () => {
    const { publisher, member, committed } = await openBus();
    let given = 0;
    let hangs = false;
    await member(async ({ records }) => {
      given += records.length;
      if (hangs) await new Promise<never>(() => undefined);
    });
    await publisher.publish(someFacts(30, 2));
    await eventually(async () => expect(await committed()).toBe(60), { withinMs });
    hangs = true;
    await publisher.publish(someFacts(30, 1));
    await eventually(() => expect(given).toBeGreaterThan(60), { withinMs });
    // Commits come every 100 ms; the next member's start takes longer than several of them.
    const second: number[] = [];
    await member(({ records }) => void second.push(records.length), {
      group: uniquePrefix(),
    });
    await eventually(() => expect(second.reduce((sum, n) => sum + n, 0)).toBe(90), { withinMs });
    expect(await committed()).toBe(60);
  });

  it('go on being handled in a group whose members come and go, and none is lost', async () => {
    const { publisher, member } = await openBus();
    const seen = new Map<string, number[]>();
    const handle = async ({ records }: { records: readonly { key: string; headers: { version: number } }[] }) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      for (const { key, headers } of records) seen.set(key, [...(seen.get(key) ?? []), headers.version]);
    };
    const times = { sessionTimeoutMs: 6_000, heartbeatIntervalMs: 100, rebalanceTimeoutMs: 10_000 };
    const options = { times, closeWithinMs: 5_000 };
    const first = await member(handle, options);
    const stream = startStream(publisher, 24);
    const total = (): number => [...seen.values()].reduce((sum, versions) => sum + new Set(versions).size, 0);
    await eventually(() => expect(total()).toBeGreaterThan(1_000), { withinMs });
    const second = await member(handle, options);
    await eventually(() => expect(total()).toBeGreaterThan(5_000), { withinMs });
    await first.close();
    await eventually(() => expect(total()).toBeGreaterThan(8_000), { withinMs });
    await member(handle, options);
    await second.close();
    const published = await stream.stop();
    await eventually(() => expect(total()).toBe(published), { withinMs });
  });

  it.each([
    ['with room for more records', 5_000],
    ['with its window full', 1],
  ])('do not cost a member its membership when their handler takes long, %s', async (_name, window) => {
    const { publisher, logger, member } = await openBus();
    await publisher.publish(someFacts(20, 1));
    const seen: string[] = [];
    await member(
      async ({ records }) => {
        seen.push(...records.map(({ key }) => key));
        // Three times the session timeout.
        if (seen.length === records.length) await new Promise((resolve) => setTimeout(resolve, 4_500));
      },
      { window, times: { sessionTimeoutMs: 1_500, heartbeatIntervalMs: 300 } },
    );
    await eventually(() => expect(new Set(seen).size).toBe(20), { withinMs });
    expect(seen).toHaveLength(20);
    expect(logger.count('joined the consumer group')).toBe(1);
  });

  it('are refused when they are larger than Kafka takes, and their neighbours are not', async () => {
    const { publisher, member } = await openBus();
    const large = {
      ...aFact('large', 1),
      request: { ...aFact('large', 1).request, parameters: { blob: 'x'.repeat(1_200_000) } },
    };
    const refused = publisher.publish([large]);
    const taken = publisher.publish([aFact('d1', 1)]);
    await expect(refused).rejects.toMatchObject({ code: 'bus-refused', retryable: false });
    await taken;
    const keys: string[] = [];
    await member(({ records }) => void keys.push(...records.map(({ key }) => key)));
    await eventually(() => expect(keys).toEqual(['d1']), { withinMs });
  });

  it('are not fetched beyond the window while a handler is busy', async () => {
    const { publisher, member } = await openBus();
    await publisher.publish(someFacts(100, 20));
    let openGate!: () => void;
    const gate = new Promise<void>((resolve) => (openGate = resolve));
    let given = 0;
    const server = await member(
      async ({ records }) => {
        given += records.length;
        await gate;
      },
      { window: 100, maxBatch: 10 },
    );
    await eventually(() => expect(server.hasRoom()).toBe(false), { withinMs });
    openGate();
    await eventually(() => expect(given).toBeGreaterThanOrEqual(2_000), { withinMs });
  });
});

describeWithServers(['kafka'], 'topics', () => {
  it('are created with the partitions asked for, and made use of as they are when they exist with others', async () => {
    const { kafka, logger, admin } = await openBus();
    const { signal } = new AbortController();
    await ensureTopics({ ...kafka, partitions: 3 }, logger, signal);
    expect(logger.lines.filter(({ level }) => level === 'warn')).toEqual([]);
    await ensureTopics({ ...kafka, partitions: 5 }, logger, signal);
    const { topics } = await admin.fetchTopicMetadata({
      topics: [factsTopic(kafka.prefix), factsDeadLetterTopic(kafka.prefix)],
    });
    expect(topics.map(({ partitions }) => partitions.length)).toEqual([3, 3]);
    expect(logger.count('another number of partitions')).toBe(2);
  });

  it('are created once when several processes start together', async () => {
    const { kafka, logger } = await openBus();
    const { signal } = new AbortController();
    await Promise.all([1, 2, 3].map(() => ensureTopics(kafka, logger, signal)));
    expect(logger.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });
});
