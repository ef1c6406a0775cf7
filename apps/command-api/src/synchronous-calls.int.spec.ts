import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startKafkaRelay, type KafkaSettings } from '@downlink/bus';
import type { CommandId, Signal } from '@downlink/command-domain';
import {
  CommandGateway,
  createEngine,
  DeadLetterDesk,
  LeasedCommandIds,
  SignalQueue,
  type Engine,
} from '@downlink/command-engine';
import { FinalEvents, Quota } from '@downlink/northbound-kit';
import { parseProvision } from '@downlink/northbound-native';
import { createLogger, HealthRegistry, Metrics } from '@downlink/runtime';
import { createPostgresStore, migrate, type PostgresStore } from '@downlink/store-postgres';
import {
  createTestDatabase,
  describeWithServers,
  eventually,
  startKafka,
  uniquePrefix,
  type TestDatabase,
  type TestKafka,
} from '@downlink/testing';
import { hearFinalFacts } from './hear-final-facts.js';
import { startCommandApi } from './start-command-api.js';

const KEY = 'native-key-of-the-tests';
const silent = { debug() {}, info() {}, warn() {}, error() {} };
const quiet = createLogger({ service: 'command-api', destination: { write: () => {} } });

/** A process with an engine whose facts go over Kafka: the dispatcher's or the scheduler's. */
function engineProcess(store: PostgresStore, kafka: KafkaSettings) {
  const facts = startKafkaRelay({ kafka, outbox: store.outbox, logger: silent });
  return { engine: createEngine(store.commandStore, facts.relay), close: () => facts.close(1_000) };
}

describeWithServers(['own-kafka'], 'synchronous calls of two API instances', () => {
  let kafka: TestKafka;
  let database: TestDatabase;
  let store: PostgresStore;
  let elsewhere: Engine;
  const stops: (() => Promise<unknown>)[] = [];

  /** An API process; with `sweepEveryMs` beyond every test only a fact can end a call in time. */
  async function instance(settings: KafkaSettings, owner: string, sweepEveryMs: number) {
    const finalEvents = new FinalEvents({ reader: store.commandReader, logger: silent, sweepEveryMs });
    const tail = hearFinalFacts(finalEvents, settings, quiet);
    const ids = new LeasedCommandIds(store.workerNumbers, { owner });
    await ids.start();
    const { engine, close } = engineProcess(store, settings);
    const api = await startCommandApi({
      sources: {
        commands: new CommandGateway(ids, new SignalQueue(engine), store.commandReader),
        reader: store.commandReader,
        registry: store.registry,
        tokens: store.accessTokens,
        webhooks: store.webhookDeliveries,
        cancelTasks: store.cancelTasks,
        batchTasks: store.batchTasks,
        subscriptions: store.subscriptions,
        strayAnswers: store.strayAnswers,
        deadLetters: new DeadLetterDesk({
          letters: store.deadLetters,
          lanes: engine,
          records: { replay: () => Promise.reject(new Error('not here')) },
        }),
        finalEvents,
        quota: new Quota({ counts: store.callCounts, logger: { warn: () => {} } }),
      },
      dialects: { native: { adminKey: 'admin-key-of-the-tests' } },
      port: 0,
      host: '127.0.0.1',
      logger: quiet,
      metrics: new Metrics({ service: 'command-api' }),
      health: new HealthRegistry(),
    });
    stops.unshift(async () => {
      await api.stop();
      await tail.close();
      await close();
      await ids.stop();
    });
    const call = async (body: object) => {
      const began = performance.now();
      const answer = await fetch(`http://127.0.0.1:${String(api.port)}/v1/commands`, {
        method: 'POST',
        headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
        body: JSON.stringify({ service: 'switch', method: 'turn', ...body }),
      });
      const seen = (await answer.json()) as Record<string, unknown>;
      return { status: answer.status, body: seen, ms: performance.now() - began };
    };
    return { call, finalEvents, tail };
  }

  beforeAll(async () => {
    kafka = await startKafka();
    database = await createTestDatabase({ template: migrate });
    store = createPostgresStore({
      url: database.url,
      poolSize: 6,
      secretsKey: Buffer.alloc(32, 7).toString('base64'),
      onConnectionError: () => {},
    });
    const devices = Array.from({ length: 40 }, (_, n) => ({
      id: `d${String(n)}`,
      application: 'app',
      product: 'lamp',
    }));
    await store.registry.apply(
      parseProvision({
        applications: [{ id: 'app', native: { key: KEY } }],
        products: [{ key: 'lamp', application: 'app', wireFormat: 'native' }],
        devices,
      }),
    );
  }, 90_000);
  afterAll(async () => {
    for (const stop of stops) await stop();
    await store.close();
    await database.drop();
    await kafka.stop();
  }, 60_000);

  const open = async (sweepEveryMs: number) => {
    const settings = { brokers: kafka.brokers, clientId: 'spec', prefix: uniquePrefix() };
    const other = engineProcess(store, settings);
    stops.unshift(() => other.close());
    elsewhere = other.engine;
    return Promise.all([instance(settings, 'one', sweepEveryMs), instance(settings, 'two', sweepEveryMs)]);
  };
  const underWay = (deviceId: string): Promise<CommandId> =>
    eventually(async () => {
      const { heads } = await store.commandReader.search({ applicationId: 'app', deviceId, offset: 0, limit: 1 });
      if (heads[0] === undefined) throw new Error('not submitted yet');
      return heads[0].commandId;
    });
  const answers = async (deviceId: string): Promise<number> => {
    const commandId = await underWay(deviceId);
    const signal: Signal = {
      kind: 'device-answered',
      commandId,
      deviceId,
      answer: { outcome: 'succeeded', result: { by: deviceId } },
    };
    await elsewhere.handle([signal]);
    return performance.now();
  };

  it('are woken by the fact of another process, each its own, before any look at the store is due', async () => {
    const [one, two] = await open(600_000);
    await eventually(() => expect([one.tail.available, two.tail.available]).toEqual([true, true]), {
      withinMs: 30_000,
    });
    const calls = [one.call({ deviceId: 'd0', wait: 30 }), two.call({ deviceId: 'd1', wait: 30 })];
    await Promise.all([answers('d0'), answers('d1')]);
    expect(await Promise.all(calls)).toMatchObject([
      { status: 200, body: { status: 'succeeded', result: { by: 'd0' } } },
      { status: 200, body: { status: 'succeeded', result: { by: 'd1' } } },
    ]);

    // By now both listen: what counts from here on came by a fact.
    const before = one.finalEvents.counts.byFact;
    const latencies: number[] = [];
    for (let device = 2; device < 12; device++) {
      const deviceId = `d${String(device)}`;
      const call = one.call({ deviceId, wait: 30 }).then(() => performance.now());
      const answered = await answers(deviceId);
      latencies.push((await call) - answered);
    }
    expect(one.finalEvents.counts.byFact - before).toBe(10);
    expect(Math.max(...latencies)).toBeLessThan(5_000);
    expect(two.finalEvents.held + one.finalEvents.held).toBe(0);
  }, 120_000);

  it('end rightly while Kafka is stopped, a second later at most than they would', async () => {
    const [one] = await open(1_000);
    await eventually(() => expect(one.tail.available).toBe(true), { withinMs: 30_000 });
    await kafka.kill();
    const call = one.call({ deviceId: 'd20', wait: 30 }).then((result) => ({ ...result, at: performance.now() }));
    const answered = await answers('d20');
    const result = await call;
    expect(result).toMatchObject({ status: 200, body: { status: 'succeeded', result: { by: 'd20' } } });
    expect(result.at - answered).toBeLessThan(5_000);
    expect(one.finalEvents.counts).toEqual({ byFact: 0, bySweep: 1 });
    const late = await one.call({ deviceId: 'd21', wait: 1 });
    expect(late).toMatchObject({ status: 202, body: { status: 'sending' } });
    expect(late.ms).toBeGreaterThanOrEqual(990);
    await kafka.restart();
  }, 120_000);
});
