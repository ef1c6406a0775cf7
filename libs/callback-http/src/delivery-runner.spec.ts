import { beforeEach, describe, expect, it } from '@jest/globals';
import { setImmediate as turn } from 'node:timers/promises';
import { DeliveryRunner, type DeliveryRunnerOptions } from './delivery-runner.js';
import { RetrySchedule } from './retry-schedule.js';
import { ClaimedDeliveries } from './spec-support/claimed-deliveries.js';
import { deliveryTo } from './spec-support/deliveries.js';
import { NotingObserver } from './spec-support/noting-observer.js';
import { ScriptedSender } from './spec-support/scripted-sender.js';

let deliveries: ClaimedDeliveries;
let sender: ScriptedSender;
let observer: NotingObserver;

beforeEach(() => {
  deliveries = new ClaimedDeliveries();
  sender = new ScriptedSender();
  observer = new NotingObserver();
});

const runnerWith = (options: Partial<DeliveryRunnerOptions> = {}): DeliveryRunner => {
  const schedule = new RetrySchedule({ delaysMs: [0, 5_000], jitter: 0 });
  return new DeliveryRunner({ deliveries, sender, schedule, observer }, options);
};
const now = () => performance.now();
const many = (count: number, url: string) => Array.from({ length: count }, () => deliveryTo(url));
/** Everything that waits for nothing but turns of the event loop has happened. */
const settle = async () => {
  for (let i = 0; i < 5; i++) await turn();
};

describe('DeliveryRunner', () => {
  it('sends no more at once than the global cap and the cap per application and origin allow', () => {
    const runner = runnerWith({ concurrency: 5, concurrencyPerKey: 2 });
    runner.accept([...many(4, 'http://a/1'), ...many(4, 'http://b/'), ...many(4, 'http://c/')], now());
    const perOrigin = sender.started.map(({ url }) => new URL(url).host);
    expect(perOrigin).toEqual(['a', 'b', 'c', 'a', 'b']);
  });

  it('holds two applications apart that share an origin', () => {
    const runner = runnerWith({ concurrencyPerKey: 1 });
    const [one, two] = [deliveryTo('http://a/'), deliveryTo('http://a/', { applicationId: 'app-2' })];
    runner.accept([one, ...many(3, 'http://a/'), two], now());
    expect(sender.started).toEqual([one, two]);
  });

  it('serves a live origin while a dead one holds all that it may', async () => {
    const runner = runnerWith({ concurrency: 10, concurrencyPerKey: 3, capacity: 100, waitingPerKey: 20 });
    runner.accept(many(80, 'http://dead/'), now());
    expect(observer.notes).toEqual(['left 60: full']);
    const live = many(20, 'http://live/');
    runner.accept(live, now());
    for (let i = 0; i < live.length; i++) {
      sender.answer(live[i]!);
      await settle();
    }
    expect(deliveries.recorded).toHaveLength(20);
    expect(sender.started.filter(({ url }) => url.includes('dead'))).toHaveLength(3);
  });

  it('says before deliveries are stored which of them it has no room for', () => {
    const runner = runnerWith({ concurrency: 1, capacity: 30, waitingPerKey: 10 });
    runner.accept(many(9, 'http://a/'), now());
    const [a, b, c, d] = [many(3, 'http://a/'), many(10, 'http://b/'), many(11, 'http://c/'), many(10, 'http://d/')];
    expect(runner.divide([...a, ...b, ...c])).toEqual({ now: b, later: [...a, ...c] });
    expect(runner.divide([...a.slice(1), ...b, ...d])).toEqual({ now: [...a.slice(1), ...b], later: d });
  });

  it('records in one call what gathered while the call before was running', async () => {
    const runner = runnerWith();
    deliveries.block();
    const batch = many(50, 'http://a/');
    runner.accept(batch, now());
    sender.answer(batch[0]!);
    await settle();
    sender.answerAll();
    await settle();
    expect(deliveries.calls.map((call) => call.length)).toEqual([1]);
    deliveries.release();
    await settle();
    expect(deliveries.calls.map((call) => call.length)).toEqual([1, 49]);
    expect(runner.size).toBe(0);
  });

  it('goes on with what the store hands out once an earlier delivery of the command is settled', async () => {
    const runner = runnerWith();
    const first = deliveryTo('http://a/');
    const second = deliveryTo('http://a/', { commandId: first.commandId, version: 2 });
    deliveries.nextOf.set(first.webhookId, second);
    runner.accept([first], now());
    expect(sender.started).toEqual([first]);
    sender.answer(first);
    await settle();
    expect(sender.started).toEqual([first, second]);
  });

  it('asks for a retry by the schedule, and for none when that is used up', async () => {
    const runner = runnerWith();
    const [fresh, tried] = [deliveryTo('http://a/'), deliveryTo('http://a/', { attempts: 1 })];
    runner.accept([fresh, tried], now());
    sender.answerAll(500);
    await settle();
    const outcomes = deliveries.recorded.map(({ outcome, error, retryInMs }) => ({ outcome, error, retryInMs }));
    expect(outcomes).toEqual([
      { outcome: 'failed', error: 'status-500', retryInMs: 5_000 },
      { outcome: 'failed', error: 'status-500', retryInMs: null },
    ]);
  });

  it('holds no more than its capacity, counting what is not yet recorded, and leaves the rest to the lapse of its claim', async () => {
    const runner = runnerWith({ capacity: 3 });
    deliveries.block();
    runner.accept(many(2, 'http://a/'), now());
    sender.answerAll();
    await settle();
    expect(runner.room).toBe(1);
    runner.accept(many(4, 'http://a/'), now());
    expect(observer.notes).toEqual(['left 3: full']);
    deliveries.release();
    sender.answerAll();
    await settle();
    expect(runner.room).toBe(3);
  });

  it('starts no attempt under a claim that could lapse before the attempt is over', async () => {
    const runner = runnerWith({ claimMs: 30_000, attemptNeedsMs: 17_000 });
    const [old, fresh] = [deliveryTo('http://a/'), deliveryTo('http://a/')];
    runner.accept([old], now() - 14_000);
    runner.accept([fresh], now() - 12_000);
    expect(sender.started).toEqual([fresh]);
    expect(observer.notes).toEqual(['left 1: claim-too-old']);
    expect(runner.size).toBe(1);
  });

  it('sends a delivery once that is claimed again while it is held, and renews its claim', () => {
    const runner = runnerWith({ concurrency: 1 });
    const [first, second] = many(2, 'http://a/');
    runner.accept([first!, second!], now() - 12_999);
    runner.accept([first!, second!], now());
    sender.answer(first!);
    expect(sender.started.filter(({ webhookId }) => webhookId === first!.webhookId)).toHaveLength(1);
  });

  it('loses no attempt while the store is away', async () => {
    const runner = runnerWith({ recordRetryMs: 1 });
    deliveries.away = true;
    runner.accept(many(3, 'http://a/'), now());
    sender.answerAll();
    await settle();
    expect(observer.notes).toContain('record failed, 3 waiting');
    expect(runner.size).toBe(3);
    deliveries.away = false;
    while (runner.size > 0) await turn();
    expect(deliveries.recorded).toHaveLength(3);
  });

  it('lets one attempt that the store refuses not spoil its batch', async () => {
    const runner = runnerWith();
    const batch = many(7, 'http://a/');
    deliveries.refused = batch[4]!.webhookId;
    runner.accept(batch, now());
    sender.answerAll();
    await settle();
    expect(deliveries.recorded).toHaveLength(6);
    expect(observer.notes).toEqual([`refused ${batch[4]!.webhookId}`]);
    expect(runner.size).toBe(0);
  });

  it('stops in order: starts nothing more, waits for what is under way and writes it down', async () => {
    const runner = runnerWith({ concurrency: 2 });
    const batch = many(5, 'http://a/');
    runner.accept(batch, now());
    const stopped = runner.stop();
    runner.accept(many(1, 'http://a/'), now());
    sender.answerAll();
    await stopped;
    expect(sender.started).toHaveLength(2);
    expect(deliveries.recorded).toHaveLength(2);
    expect(observer.notes).toEqual(['left 3: stopping', 'left 1: stopping']);
  });

  it('ends also when the store is away', async () => {
    const runner = runnerWith({ recordRetryMs: 60_000 });
    deliveries.away = true;
    runner.accept(many(1, 'http://a/'), now());
    sender.answerAll();
    await settle();
    await runner.stop();
    expect(deliveries.recorded).toEqual([]);
  });
});
