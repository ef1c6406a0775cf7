import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { describeWithServers, eventually, startKafka, uniquePrefix, type TestKafka } from '@downlink/testing';
import { someFacts } from '../contracts/some-facts.js';
import type { FactBatch } from '../fact-batch.js';
import { collectingLogger } from '../spec-support/collecting-logger.js';
import { startMember } from '../spec-support/start-member.js';
import { startStream } from '../spec-support/start-stream.js';
import { KafkaFactPublisher } from './kafka-fact-publisher.js';
import { KafkaFactServer } from './kafka-fact.server.js';
import type { KafkaSettings } from './kafka-settings.js';

const cleanups: (() => Promise<unknown>)[] = [];

/** A publisher and a consumer of their own topic, and what the consumer was given. */
async function pair(brokers: string[]) {
  const kafka: KafkaSettings = { brokers, clientId: 'outage', prefix: uniquePrefix() };
  const [publisherLog, serverLog] = [collectingLogger(), collectingLogger()];
  const publisher = new KafkaFactPublisher({ kafka, logger: publisherLog });
  const versions = new Map<string, number[]>();
  const server = await startMember(
    new KafkaFactServer({ kafka, logger: serverLog, group: `${kafka.prefix ?? ''}group`, closeWithinMs: 2_000 }),
    ({ records }: FactBatch) => {
      for (const { key, headers } of records) versions.set(key, [...(versions.get(key) ?? []), headers.version]);
    },
  );
  cleanups.push(
    () => server.close(),
    () => publisher.close(1_000),
  );
  const distinct = (): number => [...versions.values()].reduce((sum, seen) => sum + new Set(seen).size, 0);
  return { kafka, publisher, server, publisherLog, serverLog, versions, distinct };
}

describeWithServers(['own-kafka'], 'while Kafka is away', () => {
  let kafka: TestKafka;
  beforeAll(async () => {
    kafka = await startKafka();
  }, 60_000);
  afterAll(async () => {
    await kafka.stop();
  });
  afterEach(async () => {
    await Promise.all(cleanups.splice(0).map((cleanup) => cleanup()));
  });

  it('loses nothing over a kill -9 of the broker, keeps the order, and says so once', async () => {
    const { publisher, server, serverLog, versions, distinct } = await pair(kafka.brokers);
    await publisher.publish(someFacts(20, 1));
    await eventually(() => expect(distinct()).toBe(20), { withinMs: 30_000 });

    const stream = startStream(publisher, 20);
    await eventually(() => expect(stream.confirmed()).toBeGreaterThan(20));
    await kafka.kill();
    await eventually(() => expect(serverLog.count('not available')).toBeGreaterThan(0), { withinMs: 30_000 });
    const before = stream.confirmed();
    await kafka.restart();
    await eventually(() => expect(stream.confirmed()).toBeGreaterThan(before + 20), { withinMs: 60_000 });
    const published = await stream.stop();
    await eventually(() => expect(distinct()).toBe(published), { withinMs: 60_000 });
    for (const seen of versions.values()) {
      const inOrder = Array.from({ length: published / 20 }, (_, index) => index + 1);
      expect([...new Set(seen)]).toEqual(inOrder);
    }
    await eventually(() => expect(serverLog.count('available again')).toBeGreaterThan(0), { withinMs: 10_000 });
    expect(serverLog.lines.filter(({ level }) => level === 'warn').length).toBeLessThan(8);
    await server.close();
  }, 180_000);

  it('is waited for at the start', async () => {
    await kafka.kill();
    const { publisher, server, publisherLog, serverLog, distinct } = await pair(kafka.brokers);
    const published = publisher.publish(someFacts(10, 2));
    await eventually(() => expect(publisherLog.count('not available')).toBeGreaterThan(0), { withinMs: 30_000 });
    await eventually(() => expect(serverLog.count('not available')).toBeGreaterThan(0), { withinMs: 30_000 });
    expect([publisher.available, server.available]).toEqual([false, false]);
    await kafka.restart();
    await published;
    await eventually(() => expect(distinct()).toBe(20), { withinMs: 60_000 });
    await eventually(() => expect([publisher.available, server.available]).toEqual([true, true]));
    expect(publisherLog.lines.filter(({ level }) => level === 'warn').length).toBeLessThan(8);
  }, 120_000);

  it('does not keep a process from ending: closing is bounded, and leaves what was not published to the outbox', async () => {
    const { publisher, server, distinct } = await pair(kafka.brokers);
    await publisher.publish(someFacts(1, 1));
    await eventually(() => expect(distinct()).toBe(1), { withinMs: 30_000 });
    await kafka.kill();
    const left = publisher.publish(someFacts(1, 2));
    const outcome = left.then(
      () => 'published',
      (error: { code: string; retryable: boolean }) => `${error.code} ${String(error.retryable)}`,
    );
    const began = performance.now();
    await Promise.all([publisher.close(500), server.close()]);
    expect(performance.now() - began).toBeLessThan(20_000);
    expect(await outcome).toBe('bus-closed true');
    await kafka.restart();
  }, 120_000);
});
