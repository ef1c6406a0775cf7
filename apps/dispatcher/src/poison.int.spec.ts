import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { KafkaFactPublisher, KafkaFactServer, poisonTo } from '@downlink/bus';
import { parseCommandId } from '@downlink/command-domain';
import {
  createEngine,
  DeadLetterDesk,
  DeadLetterIntake,
  type DeadLetters,
  type RawRecord,
} from '@downlink/command-engine';
import { FACT_HEADER, factsTopic } from '@downlink/message-contracts';
import { startNorthbound, type RunningNorthbound } from '@downlink/northbound-kit/contracts';
import { nativeFace, NativeModule } from '@downlink/northbound-native';
import { createLogger, HealthRegistry, Metrics } from '@downlink/runtime';
import { createPostgresStore } from '@downlink/store-postgres';
import { describeWithServers, eventually, sharedKafka, startAedes, uniquePrefix } from '@downlink/testing';
import { startDispatcher } from './start-dispatcher.js';

const ADMIN_KEY = 'admin-key-of-the-tests';
const APPLICATION_KEY = 'native-key-of-app-1';
const withinMs = 30_000;

const PROVISION = {
  applications: [{ id: 'app-1', name: 'one', native: { key: APPLICATION_KEY } }],
  products: [{ key: 'lamp', application: 'app-1', wireFormat: 'native' }],
  devices: ['x', 'y'].map((id) => ({ id, application: 'app-1', product: 'lamp', secret: 'device-secret' })),
};

describeWithServers(['kafka'], 'a dispatcher that meets a record which it cannot read', () => {
  let api: RunningNorthbound;
  let publisher: KafkaFactPublisher;
  let desk: DeadLetterDesk;
  let topic: string;
  let publishedFacts: number;
  let start: (letters?: DeadLetters) => Promise<{ stop(): Promise<void> }>;
  const cleanups: (() => Promise<unknown>)[] = [];

  beforeEach(async () => {
    api = await startNorthbound([nativeFace], (ports) => NativeModule.forRoot(ports, { adminKey: ADMIN_KEY }));
    cleanups.push(() => api.stop());
    const { brokers } = await sharedKafka();
    // One partition: whatever is behind the poison record waits for it to be out of the way.
    const kafka = { brokers, clientId: 'poison', prefix: uniquePrefix(), partitions: 1 };
    const logger = createLogger({ service: 'dispatcher', destination: { write: () => undefined } });
    publisher = new KafkaFactPublisher({ kafka, logger });
    cleanups.push(() => publisher.close());
    topic = factsTopic(kafka.prefix);
    publishedFacts = 0;
    const { store } = api;
    const engine = createEngine(store.commandStore, { handOver: () => undefined });
    desk = new DeadLetterDesk({ letters: store.deadLetters, lanes: engine, records: publisher });
    const mqtt = await startAedes();
    cleanups.push(() => mqtt.stop());
    start = async (letters = store.deadLetters) => {
      const onPoison = poisonTo(new DeadLetterIntake(letters, engine));
      const group = `${kafka.prefix}.dispatcher`;
      const backoff = { firstMs: 10, maxMs: 100 };
      const dispatcher = await startDispatcher({
        engine,
        reader: store.commandReader,
        claims: store.attemptClaims,
        strays: store.strayAnswers,
        registry: store.registry,
        leases: store.shardLeases,
        facts: new KafkaFactServer({ kafka, group, logger, onPoison, backoff, closeWithinMs: 500 }),
        broker: { url: mqtt.url },
        owner: randomUUID(),
        logger,
        metrics: new Metrics({ service: 'dispatcher', processMetrics: false }),
        health: new HealthRegistry(),
      });
      cleanups.push(() => dispatcher.stop());
      return dispatcher;
    };
    expect((await call('POST', '/v1/provision', PROVISION, ADMIN_KEY)).status).toBe(200);
  });
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
  });

  async function call(method: string, path: string, body?: unknown, key = APPLICATION_KEY) {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const answer = await fetch(`${api.url}${path}`, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  }
  const submit = async (deviceId: string) => {
    const { body } = await call('POST', '/v1/commands', { deviceId, service: 'switch', method: 'turn' });
    return parseCommandId(body['id'] as string)!;
  };
  const status = async (id: string) => (await call('GET', `/v1/commands/${id}`)).body['status'];
  const lane = async (deviceId: string) => (await call('GET', `/v1/devices/${deviceId}/lane`)).body;
  /** What the API has committed since the last time goes to Kafka, as a relay would have it. */
  const publishFacts = async () => {
    const facts = api.facts.slice(publishedFacts);
    publishedFacts = api.facts.length;
    await publisher.publish(facts);
  };
  const poisonRecord = (commandId: string): RawRecord => ({
    key: Buffer.from('x'),
    value: Buffer.from('{"schema":1,"oh":"no'),
    headers: Object.entries({
      [FACT_HEADER.type]: 'AttemptStarted',
      [FACT_HEADER.commandId]: commandId,
      [FACT_HEADER.version]: '2',
      [FACT_HEADER.application]: 'app-1',
      [FACT_HEADER.status]: 'sending',
      [FACT_HEADER.schema]: '1',
    }).map(([name, text]) => [name, Buffer.from(text)]),
  });
  const blockedBy = (deviceId: string, other: unknown = null) =>
    eventually(
      async () => {
        const seen = await lane(deviceId);
        expect(seen).toMatchObject({ situation: 'blocked', blockedBy: expect.stringMatching(/^\d+$/) });
        expect(seen['blockedBy']).not.toBe(other);
        return seen['blockedBy'] as string;
      },
      { withinMs },
    );

  it('goes on with every other device, blocks that one visibly, and lets its next command leave after a discard', async () => {
    const [first, second] = [await submit('x'), await submit('x')];
    await publishFacts();
    await publisher.replay(topic, poisonRecord(first));
    const other = await submit('y');
    await publishFacts();
    await start();

    await eventually(async () => expect([await status(first), await status(other)]).toEqual(['sent', 'sent']), {
      withinMs,
    });
    const id = await blockedBy('x');
    expect(await lane('y')).toMatchObject({ situation: 'in-flight', blockedBy: null });
    const { body: letter } = await call('GET', `/v1/dead-letters/${id}`);
    expect(letter).toMatchObject({ deviceId: 'x', commandId: first, state: 'open', origin: { topic, partition: 0 } });
    expect(letter['error']).toMatch(/^UnreadableMessage .*not JSON$/);

    const answer = { outcome: 'succeeded', result: null } as const;
    await api.handle({ kind: 'device-answered', commandId: first, deviceId: 'x', answer });
    expect(await status(second)).toBe('queued');
    expect((await call('POST', `/v1/dead-letters/${id}/discard`, { reason: 'planted' })).status).toBe(200);
    expect(await lane('x')).toMatchObject({ blockedBy: null });
    await publishFacts();
    await eventually(async () => expect(await status(second)).toBe('sent'), { withinMs });
  });

  it('makes a new dead letter of what is replayed and still cannot be read, and blocks the lane again', async () => {
    const first = await submit('x');
    await publishFacts();
    await publisher.replay(topic, poisonRecord(first));
    await start();
    const id = await blockedBy('x');
    expect(await desk.replay(id)).toMatchObject({ kind: 'done', letter: { state: 'replayed' } });
    const again = await blockedBy('x', id);
    const letters = (await call('GET', '/v1/dead-letters?deviceId=x')).body['items'];
    expect(letters).toMatchObject([
      { id: again, state: 'open', error: expect.stringContaining('not JSON') },
      { id, state: 'replayed' },
    ]);
  });

  it('waits for a store that is away when it has a dead letter to hand in, and commits nothing before', async () => {
    const { store } = api;
    let away = true;
    let tries = 0;
    const letters: DeadLetters = {
      ...store.deadLetters,
      find: (id, applicationId) => store.deadLetters.find(id, applicationId),
      keep: async (letter) => {
        tries += 1;
        // The real fault of a real connection that cannot be made.
        if (away) await lost.health();
        return store.deadLetters.keep(letter);
      },
    };
    const lost = createPostgresStore({ url: 'postgres://nobody@127.0.0.1:1/none', onConnectionError: () => undefined });
    cleanups.push(() => lost.close());
    await publisher.replay(topic, poisonRecord(await submit('x')));
    const dying = await start(letters);
    await eventually(() => expect(tries).toBeGreaterThan(2), { withinMs });
    expect(await lane('x')).toMatchObject({ blockedBy: null });
    // It dies while it waits: whoever comes next is given the record again.
    await dying.stop();
    away = false;
    await start(letters);
    await blockedBy('x');
    expect((await call('GET', '/v1/dead-letters?deviceId=x')).body['items']).toHaveLength(1);
  });
});
