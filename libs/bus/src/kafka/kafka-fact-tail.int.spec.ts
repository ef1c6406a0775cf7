import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { describeWithServers, eventually, startKafka, uniquePrefix, type TestKafka } from '@downlink/testing';
import { aFact, someFacts } from '../contracts/some-facts.js';
import { collectingLogger } from '../spec-support/collecting-logger.js';
import { KafkaFactPublisher } from './kafka-fact-publisher.js';
import { KafkaFactTail } from './kafka-fact-tail.js';
import type { KafkaSettings } from './kafka-settings.js';

const { status } = aFact('d', 1);

describeWithServers(['own-kafka'], 'a tail of the facts', () => {
  let kafka: TestKafka;
  const cleanups: (() => Promise<unknown>)[] = [];
  beforeAll(async () => {
    kafka = await startKafka();
  }, 60_000);
  afterAll(async () => {
    await kafka.stop();
  });
  afterEach(async () => {
    await Promise.all(cleanups.splice(0).map((cleanup) => cleanup()));
  });

  const open = () => {
    const settings: KafkaSettings = { brokers: kafka.brokers, clientId: 'tail', prefix: uniquePrefix() };
    const logger = collectingLogger();
    const publisher = new KafkaFactPublisher({ kafka: settings, logger });
    const heard: string[] = [];
    const seen = { listening: 0 };
    const tail = new KafkaFactTail({
      kafka: settings,
      group: `${settings.prefix ?? ''}tail`,
      logger,
      listener: {
        wants: (other) => other === status,
        onFact: ({ commandId, version }, deviceId) => void heard.push(`${deviceId} ${commandId} ${String(version)}`),
        onListening: () => void (seen.listening += 1),
      },
    });
    cleanups.push(
      () => tail.close(),
      () => publisher.close(1_000),
    );
    tail.start();
    return { tail, publisher, heard, seen, logger };
  };
  const names = (facts: ReturnType<typeof someFacts>) =>
    facts.map(({ request, commandId, version }) => `${request.deviceId} ${commandId} ${String(version)}`).toSorted();

  it('hears what is published while it listens, and nothing of what came while it rested', async () => {
    const { tail, publisher, heard, seen } = open();
    await publisher.publish(someFacts(20, 1));
    await eventually(() => expect(tail.available).toBe(true), { withinMs: 30_000 });
    await publisher.publish(someFacts(20, 2));
    tail.listen();
    await eventually(() => expect(seen.listening).toBe(1), { withinMs: 10_000 });
    await publisher.publish(someFacts(20, 3));
    await eventually(() => expect(heard.toSorted()).toEqual(names(someFacts(20, 3))), { withinMs: 10_000 });
    tail.rest();
    await publisher.publish(someFacts(20, 4));
    tail.listen();
    await eventually(() => expect(seen.listening).toBe(2), { withinMs: 10_000 });
    await publisher.publish(someFacts(20, 1));
    await eventually(() => expect(heard).toHaveLength(60 + 20), { withinMs: 10_000 });
  }, 90_000);

  it('listens from its joining on when it was asked to before Kafka was there', async () => {
    await kafka.kill();
    const { tail, publisher, heard, seen } = open();
    tail.listen();
    await kafka.restart();
    await eventually(() => expect(seen.listening).toBeGreaterThan(0), { withinMs: 60_000 });
    await publisher.publish(someFacts(5, 1));
    await eventually(() => expect(heard.toSorted()).toEqual(names(someFacts(5, 1))), { withinMs: 10_000 });
  }, 120_000);

  it('hears again after a kill -9 of the broker, and closes within its time while that is away', async () => {
    const { tail, publisher, heard, seen } = open();
    tail.listen();
    await eventually(() => expect(seen.listening).toBe(1), { withinMs: 30_000 });
    await kafka.kill();
    await kafka.restart();
    let version = 1;
    await eventually(
      async () => {
        await publisher.publish(someFacts(1, version++));
        expect(heard.length).toBeGreaterThan(0);
      },
      { withinMs: 60_000 },
    );
    await kafka.kill();
    const began = performance.now();
    await tail.close();
    expect(performance.now() - began).toBeLessThan(6_000);
    await kafka.restart();
  }, 150_000);
});
