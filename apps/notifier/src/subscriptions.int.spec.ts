import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { LocalFactBus, LocalFactServer } from '@downlink/bus';
import { makeCommandId, type Signal } from '@downlink/command-domain';
import { aPolicy, aRequest } from '@downlink/command-domain/contracts';
import { createEngine, OutboxRelay, type Engine } from '@downlink/command-engine';
import { createLogger, Metrics } from '@downlink/runtime';
import { checkInvariants, createPostgresStore, migrate, type PostgresStore } from '@downlink/store-postgres';
import {
  createTestDatabase,
  eventually,
  startWebhookReceiver,
  type TestDatabase,
  type WebhookReceiver,
} from '@downlink/testing';
import { startNotifier } from './start-notifier.js';

let database: TestDatabase;
let store: PostgresStore;
/** Where the call's own callback goes, and where subscriptions go. */
let own: WebhookReceiver;
let subscriber: WebhookReceiver;
let bus: LocalFactBus;
let engine: Engine;
let relay: OutboxRelay;
let notifier: { stop(): Promise<void> };

beforeEach(async () => {
  database = await createTestDatabase({ template: migrate });
  const logger = createLogger({ service: 'notifier', destination: { write: () => undefined } });
  store = createPostgresStore({ url: database.url, onConnectionError: (err) => logger.debug({ err }, 'broke') });
  [own, subscriber] = [await startWebhookReceiver(), await startWebhookReceiver()];
  bus = new LocalFactBus({ groups: ['notifier'] });
  relay = new OutboxRelay(bus, store.outbox, { left: () => undefined, notRemoved: () => undefined });
  engine = createEngine(store.commandStore, relay);
  notifier = await startNotifier({
    facts: new LocalFactServer({ bus, group: 'notifier', logger, keepDeadLetter: () => undefined }),
    deliveries: store.webhookDeliveries,
    reader: store.commandReader,
    subscriptions: store.subscriptions,
    leases: store.shardLeases,
    metrics: new Metrics({ service: 'notifier', processMetrics: false }),
    logger,
    owner: randomUUID(),
    settings: {
      lease: { ttlMs: 900, everyMs: 300 },
      retries: { delaysMs: [0, 100, 100], jitter: 0 },
      runner: { claimMs: 1_500, attemptNeedsMs: 700 },
      sender: { totalTimeoutMs: 500 },
      stopWithinMs: 200,
    },
  });
});
afterEach(async () => {
  await notifier.stop();
  bus.close();
  await relay.drain();
  await Promise.all([own.stop(), subscriber.stop()]);
  await store.close();
  await database.drop();
});

let made = 0;

/** A sendCommand that is acknowledged and answered; with `url`, to the callback of the call as well. */
function life(url: string | null, signals: readonly ('acknowledged' | 'answered')[] = ['acknowledged', 'answered']) {
  const commandId = makeCommandId(Date.now(), 9, (made += 1) % 4096);
  const deviceId = `device-${randomUUID()}`;
  const about = { commandId, deviceId };
  const request = aRequest({
    deviceId,
    dialect: 'huawei',
    mode: 'immediate',
    lifetimeMs: 0,
    policy: aPolicy({ maxRetransmit: 0 }),
    callback: { url, format: 'huawei-signaltrans' },
    dialectData: { requestId: 'r-1', mode: 'ACK', from: '/users/u1', to: '' },
  });
  const answer = { outcome: 'succeeded', result: { on: true } } as const;
  const later = {
    acknowledged: { kind: 'device-acknowledged', ...about },
    answered: { kind: 'device-answered', ...about, answer },
  } as const;
  const all: Signal[] = [
    { kind: 'submit', ...about, request },
    { kind: 'broker-accepted', ...about, attempt: 1 },
    ...signals.map((signal) => later[signal]),
  ];
  return { commandId, deviceId, signals: all };
}
const subscribe = (topic: string, url = `${subscriber.url}/receiver`) =>
  store.subscriptions.create({ applicationId: 'app-1', topic, url });
const pushed = (webhooks: readonly { json(): unknown }[]) =>
  webhooks.map((webhook) => (webhook.json() as { notifyType: string }).notifyType);
const settled = async (commandId: Parameters<PostgresStore['commandReader']['head']>[0], count: number) =>
  eventually(async () => {
    const records = await store.webhookDeliveries.ofCommand(commandId);
    expect(records.map(({ status }) => status)).toEqual(Array(count).fill('succeeded'));
  });
const breaches = async () => {
  const found = await checkInvariants({ databaseUrl: database.url, slackMs: 60_000 });
  return found.filter(({ rule }) => rule === '7');
};

describe('subscribers', () => {
  it('hear of receipt and answer in the vendor’s bodies, in order', async () => {
    await subscribe('messageConfirm');
    await subscribe('commandRsp');
    const { deviceId, commandId, signals } = life(null);
    await engine.handle(signals);
    const received = await subscriber.waitFor(2);
    const from = `/devices/${deviceId}`;
    const timestamp = expect.stringMatching(/^\d{8}T\d{6}Z$/);
    expect(received.map((webhook) => webhook.json())).toEqual([
      {
        notifyType: 'messageConfirm',
        header: { requestId: 'r-1', from, to: '/users/u1', status: 'delivered', timestamp },
        body: {},
      },
      {
        notifyType: 'commandRsp',
        header: { requestId: 'r-1', from, to: '/users/u1', deviceId, serviceType: 'switch', method: 'turn-RSP' },
        body: { on: true },
      },
    ]);
    expect(received[0]!.rawBody.toString()).toContain('"notifyType":"messageConfirm"');
    expect(received.every(({ headers }) => headers['content-type'] === 'application/json')).toBe(true);
    await settled(commandId, 2);
    expect(await breaches()).toEqual([]);
  });

  it('hear of an event as the callback of the call does, each under a webhook id of its own', async () => {
    await subscribe('messageConfirm');
    await subscribe('commandRsp');
    const { commandId, signals } = life(`${own.url}/own`, ['answered']);
    await engine.handle(signals);
    const both = [await own.waitFor(2), await subscriber.waitFor(2)];
    for (const received of both) expect(pushed(received)).toEqual(['messageConfirm', 'commandRsp']);
    const ids = both.flat().map(({ headers }) => headers['webhook-id']);
    expect(new Set(ids).size).toBe(4);
    await settled(commandId, 4);
    expect(await breaches()).toEqual([]);
  });

  it('are not held up by a callback that is away, and keep their order while they are tried again', async () => {
    await subscribe('messageConfirm');
    await subscribe('commandRsp');
    own.answerWith('hang');
    subscriber.answerWith((_, index) => ({ status: index === 0 ? 500 : 200 }));
    await engine.handle(life(`${own.url}/own`).signals);
    expect(pushed(await subscriber.waitFor(3))).toEqual(['messageConfirm', 'messageConfirm', 'commandRsp']);
    expect(pushed((await own.waitFor(1)).slice(0, 1))).toEqual(['messageConfirm']);
  });

  it('hear nothing of commands that are none of sendCommand, nor of other applications', async () => {
    await subscribe('messageConfirm');
    await store.subscriptions.create({ applicationId: 'app-2', topic: 'commandRsp', url: `${subscriber.url}/foreign` });
    const { commandId, signals } = life(`${own.url}/own`);
    await engine.handle(signals);
    expect(pushed(await own.waitFor(2))).toEqual(['messageConfirm', 'commandRsp']);
    await settled(commandId, 3);
    expect(pushed(await subscriber.waitFor(1))).toEqual(['messageConfirm']);
  });

  it('hear nothing more once they have unsubscribed', async () => {
    await subscribe('commandRsp');
    await store.subscriptions.removeAll({ applicationId: 'app-1' });
    const { commandId, signals } = life(`${own.url}/own`);
    await engine.handle(signals);
    await own.waitFor(2);
    await settled(commandId, 2);
  });
});
