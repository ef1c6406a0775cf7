import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { NewDelivery, WebhookDeliveries } from '@downlink/command-engine';
import { createPostgresStore, migrate, type PostgresStore } from '@downlink/store-postgres';
import {
  createTestDatabase,
  eventually,
  freePort,
  startWebhookReceiver,
  type TestDatabase,
  type WebhookReceiver,
} from '@downlink/testing';
import { CallbackSender } from './callback-sender.js';
import { DeliveryRunner, type DeliveryRunnerOptions } from './delivery-runner.js';
import { DeliverySweeper } from './delivery-sweeper.js';
import { RetrySchedule } from './retry-schedule.js';
import { deliveryTo } from './spec-support/deliveries.js';
import { NotingObserver } from './spec-support/noting-observer.js';

const ALL_SHARDS = Array.from({ length: 64 }, (_, shard) => shard);

let database: TestDatabase;
let store: PostgresStore;
let deliveries: WebhookDeliveries;
let receiver: WebhookReceiver;
const closing: (() => Promise<void>)[] = [];

beforeEach(async () => {
  database = await createTestDatabase({ template: migrate });
  store = createPostgresStore({
    url: database.url,
    onConnectionError: (error) => {
      throw error;
    },
  });
  deliveries = store.webhookDeliveries;
  receiver = await startWebhookReceiver();
  closing.push(() => receiver.stop());
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  await store.close();
  await database.drop();
});

/** A runner of its own, as another process would have it. */
function startRunner(options: Partial<DeliveryRunnerOptions> = {}, delaysMs = [0, 20, 20, 20]) {
  const sender = new CallbackSender({ totalTimeoutMs: 300 });
  const observer = new NotingObserver();
  const schedule = new RetrySchedule({ delaysMs, jitter: 0 });
  const runner = new DeliveryRunner({ deliveries, sender, schedule, observer }, { attemptNeedsMs: 500, ...options });
  const sweeper = new DeliverySweeper(deliveries, runner);
  closing.push(async () => {
    await runner.stop();
    await sender.close();
  });
  const send = async (given: readonly NewDelivery[]): Promise<void> => {
    const claimedAt = performance.now();
    runner.accept(await deliveries.enqueue(given, runner.claimMs), claimedAt);
  };
  /** Sweeps all shards until the condition holds. */
  const sweepUntil = (check: () => Promise<void> | void): Promise<void> =>
    eventually(async () => {
      await sweeper.round(ALL_SHARDS);
      await check();
    });
  return { runner, sender, observer, send, sweepUntil };
}

const attemptsOf = async ({ commandId }: NewDelivery) => {
  const records = await deliveries.ofCommand(commandId);
  return records.map(({ status, log }) => [status, ...log.map(({ error }) => error ?? 'ok')].join(' '));
};

describe('DeliveryRunner over Postgres', () => {
  it('sends again after a failure, by the schedule, until the receiver takes it', async () => {
    receiver.answerWith((_, index) => ({ status: index < 2 ? 500 : 200, body: 'said' }));
    const { send, sweepUntil } = startRunner();
    const delivery = deliveryTo(receiver.url);
    await send([delivery]);
    await sweepUntil(async () => expect(await attemptsOf(delivery)).toEqual(['succeeded status-500 status-500 ok']));
    expect(new Set(receiver.received.map(({ rawBody }) => rawBody.toString()))).toEqual(new Set([delivery.body]));
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id']))).toEqual(
      new Set([delivery.webhookId]),
    );
    const [record] = await deliveries.ofCommand(delivery.commandId);
    expect(record!.log[0]).toMatchObject({ attempt: 1, status: 500, response: 'said', retryInMs: 20 });
  });

  it('gives up when the schedule is used up, and goes on with the next of the command', async () => {
    receiver.answerWith(({ headers }) => ({ status: headers['webhook-id']?.toString().endsWith('-1') ? 410 : 200 }));
    const { send, sweepUntil } = startRunner({}, [0, 10]);
    const first = deliveryTo(receiver.url);
    const second = deliveryTo(receiver.url, { commandId: first.commandId, version: 2 });
    await send([first, second]);
    await sweepUntil(async () =>
      expect(await attemptsOf(first)).toEqual(['exhausted status-410 status-410', 'succeeded ok']),
    );
  });

  it('tells a receiver of a command in order, also when earlier ones fail at first', async () => {
    const failedOnce = new Set<string>();
    receiver.answerWith(({ headers }) => {
      const id = String(headers['webhook-id']);
      if (failedOnce.has(id)) return { status: 200 };
      failedOnce.add(id);
      return { status: 503 };
    });
    const { send, sweepUntil } = startRunner();
    const commands = Array.from({ length: 10 }, () => deliveryTo(receiver.url));
    const all = commands.flatMap((first) =>
      [1, 2, 3].map((version) => deliveryTo(receiver.url, { commandId: first.commandId, version })),
    );
    await send(all);
    await sweepUntil(() => expect(receiver.received.length).toBe(60));
    for (const { commandId } of commands) {
      const ids = receiver.received.map(({ headers }) => String(headers['webhook-id']));
      const versions = ids.filter((id) => id.startsWith(commandId)).map((id) => id.slice(-1));
      expect(versions.join('')).toBe('112233');
    }
  });

  it('serves a live origin at once while a dead one is tried in vain', async () => {
    const dead = await startWebhookReceiver();
    closing.push(() => dead.stop());
    dead.answerWith('hang');
    const { send, runner } = startRunner({ concurrency: 20, concurrencyPerKey: 10 }, [0, 60_000]);
    await send(Array.from({ length: 200 }, () => deliveryTo(dead.url)));
    const begin = performance.now();
    await send(Array.from({ length: 200 }, () => deliveryTo(receiver.url)));
    await receiver.waitFor(200);
    // 200 to the dead one take 20 waves of 300 ms.
    expect(performance.now() - begin).toBeLessThan(3_000);
    expect(runner.size).toBeGreaterThan(0);
  });

  it('does not wait longer for a refused connection than for any other failure', async () => {
    const { send } = startRunner({}, [0]);
    const delivery = deliveryTo(`http://127.0.0.1:${await freePort()}/`);
    await send([delivery]);
    await eventually(async () => expect(await attemptsOf(delivery)).toEqual(['exhausted connect-refused']));
  });

  it('loses nothing of what a killed process had claimed: another sends it once the claims have lapsed', async () => {
    const all = Array.from({ length: 50 }, () => deliveryTo(receiver.url));
    // Claimed and never sent: the process ended between the two.
    await deliveries.enqueue(all, 200);
    const { sweepUntil } = startRunner();
    await sweepUntil(() => expect(receiver.received.length).toBe(50));
  });

  it('counts an attempt that its own stop cut for nobody, and leaves the delivery to others', async () => {
    receiver.answerWith('hang');
    const first = startRunner({ claimMs: 700, attemptNeedsMs: 600 });
    const delivery = deliveryTo(receiver.url);
    await first.send([delivery]);
    await receiver.waitFor(1);
    const stopped = first.runner.stop();
    await first.sender.close();
    await stopped;
    expect(await attemptsOf(delivery)).toEqual(['pending']);
    receiver.answerWith({ status: 200 });
    const second = startRunner();
    await second.sweepUntil(async () => expect(await attemptsOf(delivery)).toEqual(['succeeded ok']));
  });
});
