import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { LocalFactBus, LocalFactServer } from '@downlink/bus';
import { makeCommandId, toHex32, type Signal } from '@downlink/command-domain';
import { aRequest } from '@downlink/command-domain/contracts';
import {
  createEngine,
  OutboxRelay,
  type CommittedFact,
  type Engine,
  type FactPublisher,
} from '@downlink/command-engine';
import { createLogger, Metrics, type Logger } from '@downlink/runtime';
import { createPostgresStore, migrate, type PostgresStore } from '@downlink/store-postgres';
import {
  createTestDatabase,
  eventually,
  startWebhookReceiver,
  type TestDatabase,
  type WebhookReceiver,
} from '@downlink/testing';
import type { NotifierSettings } from './notifier.service.js';
import { startNotifier } from './start-notifier.js';

const SETTINGS: NotifierSettings = {
  lease: { ttlMs: 900, everyMs: 300 },
  retries: { delaysMs: [0, 100, 100], jitter: 0 },
  runner: { claimMs: 1_500, attemptNeedsMs: 700 },
  sender: { totalTimeoutMs: 500 },
  stopWithinMs: 200,
};

let database: TestDatabase;
let store: PostgresStore;
let receiver: WebhookReceiver;
let bus: LocalFactBus;
let engine: Engine;
let relay: OutboxRelay;
let logger: Logger;
let letters: unknown[];
let lines: string[];
const running: { stop(): Promise<void> }[] = [];

beforeEach(async () => {
  database = await createTestDatabase({ template: migrate });
  lines = [];
  letters = [];
  logger = createLogger({ service: 'notifier', destination: { write: (line) => lines.push(line) } });
  store = createPostgresStore({ url: database.url, onConnectionError: (err) => logger.debug({ err }, 'broke') });
  receiver = await startWebhookReceiver();
  bus = new LocalFactBus({ groups: ['notifier'] });
  relay = new OutboxRelay(bus, store.outbox, { left: () => undefined, notRemoved: () => undefined });
  engine = createEngine(store.commandStore, relay);
});
afterEach(async () => {
  for (const process of running.splice(0)) await process.stop();
  bus.close();
  await relay.drain();
  await receiver.stop();
  await store.close();
  await database.drop();
});

async function start(settings: NotifierSettings = SETTINGS, of: PostgresStore = store) {
  const metrics = new Metrics({ service: 'notifier', processMetrics: false });
  const facts = new LocalFactServer({
    bus,
    group: 'notifier',
    logger,
    keepDeadLetter: (letter) => void letters.push(letter),
  });
  const ports = {
    deliveries: of.webhookDeliveries,
    reader: of.commandReader,
    subscriptions: of.subscriptions,
    leases: of.shardLeases,
    metrics,
    logger,
    owner: randomUUID(),
  };
  const notifier = await startNotifier({ facts, ...ports, settings });
  running.push(notifier);
  return { metrics, stop: () => running.splice(running.indexOf(notifier), 1)[0]!.stop() };
}

let made = 0;
const aCommand = () => makeCommandId(Date.now(), 9, (made += 1) % 4096);

/** A whole life: submitted, published, acknowledged, answered. */
function life(format: string, url = receiver.url) {
  const commandId = aCommand();
  const deviceId = `device-${randomUUID()}`;
  const request = aRequest({ deviceId, callback: { url: `${url}/callback`, format } });
  const about = { commandId, deviceId };
  const signals: Signal[] = [
    { kind: 'submit', ...about, request },
    { kind: 'broker-accepted', ...about, attempt: 1 },
    { kind: 'device-acknowledged', ...about },
    { kind: 'device-answered', ...about, answer: { outcome: 'succeeded', result: { on: true } } },
  ];
  return { commandId, deviceId, signals };
}

describe('the notifier', () => {
  it('tells Huawei’s receiver of each status with the exact body, in order', async () => {
    await start();
    const { commandId, deviceId, signals } = life('huawei');
    await engine.handle(signals);
    const received = await receiver.waitFor(3);
    const body = (resultCode: string, detail = 'null') =>
      `{"deviceId":"${deviceId}","commandId":"${toHex32(commandId)}","result":{"resultCode":"${resultCode}","resultDetail":${detail}}}`;
    expect(received.map(({ rawBody }) => rawBody.toString())).toEqual([
      body('SENT'),
      body('DELIVERED'),
      body('SUCCESSFUL', '{"on":true}'),
    ]);
    expect(received.every(({ headers }) => headers['content-type'] === 'application/json')).toBe(true);
    await eventually(async () => {
      const records = await store.webhookDeliveries.ofCommand(commandId);
      expect(records.map(({ status, attempts }) => `${status} ${attempts}`)).toEqual(Array(3).fill('succeeded 1'));
    });
  });

  it('tells of every change of status in its own format', async () => {
    await start();
    await engine.handle(life('native').signals);
    const received = await receiver.waitFor(4);
    expect(received.map((webhook) => (webhook.json() as { type: string }).type)).toEqual([
      'command.sending',
      'command.sent',
      'command.delivered',
      'command.succeeded',
    ]);
  });

  it('tries again by the schedule, keeps the order of the command meanwhile, and counts it', async () => {
    receiver.answerWith((_, index) => ({ status: index === 0 ? 500 : 200 }));
    const { metrics } = await start();
    await engine.handle(life('huawei').signals);
    const received = await receiver.waitFor(4);
    const codes = received.map((webhook) => (webhook.json() as { result: { resultCode: string } }).result.resultCode);
    expect(codes).toEqual(['SENT', 'SENT', 'DELIVERED', 'SUCCESSFUL']);
    const { body } = await metrics.page();
    expect(body).toMatch(/downlink_webhook_attempts_total\{outcome="status-500".*\} 1/);
    expect(body).toMatch(/downlink_webhook_deliveries_swept_total\{.*\} 1/);
  });

  it('stores a fact that comes twice once', async () => {
    await start();
    const { commandId, signals } = life('huawei');
    const published: CommittedFact[] = [];
    const twice: FactPublisher = {
      publish: async (facts) => {
        published.push(...facts);
        await bus.publish(facts);
        await bus.publish(facts);
      },
    };
    const both = new OutboxRelay(twice, store.outbox, { left: () => undefined, notRemoved: () => undefined });
    await createEngine(store.commandStore, both).handle(signals);
    await both.drain();
    await receiver.waitFor(3);
    await eventually(async () => {
      const records = await store.webhookDeliveries.ofCommand(commandId);
      expect(records.map(({ status, attempts }) => `${status} ${attempts}`)).toEqual(Array(3).fill('succeeded 1'));
    });
    expect(published.length).toBeGreaterThan(3);
  });

  it('goes on where another was killed: what that one had claimed and not sent is sent', async () => {
    const { commandId, signals } = life('huawei');
    const dead = createPostgresStore({ url: database.url, onConnectionError: () => undefined });
    receiver.answerWith('hang');
    const killed = await start(SETTINGS, dead);
    await engine.handle(signals);
    await receiver.waitFor(1);
    await dead.close();
    await killed.stop();
    receiver.answerWith({ status: 200 });
    await start();
    await eventually(async () => {
      const records = await store.webhookDeliveries.ofCommand(commandId);
      expect(records.map(({ status }) => status)).toEqual(['succeeded', 'succeeded', 'succeeded']);
    });
  });

  it('stops in bounded time while a receiver hangs, and counts the cut attempt for nobody', async () => {
    receiver.answerWith('hang');
    const { stop } = await start({ ...SETTINGS, sender: { totalTimeoutMs: 15_000 } });
    const { commandId, signals } = life('huawei');
    await engine.handle(signals);
    await receiver.waitFor(1);
    const begin = performance.now();
    await stop();
    expect(performance.now() - begin).toBeLessThan(3_000);
    const [first] = await store.webhookDeliveries.ofCommand(commandId);
    expect(first).toMatchObject({ status: 'pending', attempts: 0 });
  });

  it('leaves commands without a callback, or with one in an unknown format, alone', async () => {
    await start();
    const unknown = life('pigeon');
    const silent = {
      ...unknown.signals[0]!,
      commandId: aCommand(),
      deviceId: 'silent',
      request: aRequest({ deviceId: 'silent' }),
    };
    await engine.handle([silent as Signal, ...unknown.signals]);
    await relay.drain();
    expect(await store.webhookDeliveries.ofCommand(unknown.commandId)).toEqual([]);
    expect(lines.filter((line) => line.includes('"format":"pigeon"'))).toHaveLength(1);
    expect(letters).toEqual([]);
  });
});
