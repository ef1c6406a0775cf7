import { describe, expect, it } from '@jest/globals';
import type { Signal } from '@downlink/command-domain';
import { eventually } from '@downlink/testing';
import { Fault } from './fault.js';
import type { Engine, Outcome } from './outcome.js';
import { SignalQueue } from './signal-queue.js';

const signal = (deviceId: string): Signal => ({ kind: 'device-reachable', deviceId });
const committed = (given: Signal): Outcome => ({ kind: 'committed', signal: given, head: null, events: [] });

/** An engine whose transactions end when the spec says so. */
function steppedEngine() {
  const batches: { signals: readonly Signal[]; commit: () => void; fail: (error: unknown) => void }[] = [];
  const engine: Engine = {
    handle: (signals) =>
      new Promise((resolve, reject) => {
        batches.push({ signals, commit: () => resolve(signals.map(committed)), fail: reject });
      }),
  };
  return { engine, batches };
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('the signal queue', () => {
  it('hands a lone signal over at once', async () => {
    const { engine, batches } = steppedEngine();
    const handled = new SignalQueue(engine).handle(signal('a'));
    await turn();
    expect(batches).toHaveLength(1);
    batches[0]!.commit();
    expect(await handled).toMatchObject({ kind: 'committed' });
  });

  it('lets a patient signal wait for company, and no longer than it may', async () => {
    const { engine, batches } = steppedEngine();
    const queue = new SignalQueue(engine);
    const handled = [queue.handle(signal('a'), 60_000)];
    await turn();
    expect(batches).toHaveLength(0);
    handled.push(queue.handle(signal('b')));
    await turn();
    expect(batches[0]!.signals.map(({ deviceId }) => deviceId)).toEqual(['a', 'b']);
    batches[0]!.commit();
    await Promise.all(handled);
    const alone = queue.handle(signal('c'), 1);
    await eventually(() => expect(batches).toHaveLength(2));
    batches[1]!.commit();
    expect(await alone).toMatchObject({ kind: 'committed' });
  });

  it('takes a patient signal along as soon as a transaction ends', async () => {
    const { engine, batches } = steppedEngine();
    const queue = new SignalQueue(engine, { maxBatch: 500, maxRunning: 1 });
    const handled = [queue.handle(signal('a'))];
    await turn();
    handled.push(queue.handle(signal('b'), 60_000));
    batches[0]!.commit();
    await turn();
    expect(batches[1]!.signals).toEqual([signal('b')]);
    batches[1]!.commit();
    expect(await Promise.all(handled)).toHaveLength(2);
  });

  it('takes what arrived while a transaction ran as the next one', async () => {
    const { engine, batches } = steppedEngine();
    const queue = new SignalQueue(engine, { maxBatch: 500, maxRunning: 1 });
    const handled = [queue.handle(signal('a'))];
    await turn();
    handled.push(...['b', 'c', 'd'].map((id) => queue.handle(signal(id))));
    await turn();
    expect(batches).toHaveLength(1);
    batches[0]!.commit();
    await turn();
    expect(batches[1]!.signals.map(({ deviceId }) => deviceId)).toEqual(['b', 'c', 'd']);
    batches[1]!.commit();
    expect(await Promise.all(handled)).toHaveLength(4);
  });

  it('never has one device in two transactions at once, and keeps its order; the others go on', async () => {
    const { engine, batches } = steppedEngine();
    const queue = new SignalQueue(engine, { maxBatch: 3, maxRunning: 2 });
    const handled = ['a', 'a', 'b', 'a', 'b', 'c', 'a', 'd', 'e'].map((id) => queue.handle(signal(id)));
    const devices = () => batches.map(({ signals }) => signals.map(({ deviceId }) => deviceId).join(''));
    await turn();
    expect(devices()).toEqual(['aab', 'cde']);
    batches[1]!.commit();
    await turn();
    expect(devices()).toHaveLength(2);
    handled.push(queue.handle(signal('f')), queue.handle(signal('a')));
    await turn();
    expect(devices()).toEqual(['aab', 'cde', 'f']);
    batches[0]!.commit();
    await turn();
    expect(devices()).toEqual(['aab', 'cde', 'f', 'aba']);
    batches[2]!.commit();
    batches[3]!.commit();
    await turn();
    expect(devices()).toEqual(['aab', 'cde', 'f', 'aba', 'a']);
    batches[4]!.commit();
    expect(await Promise.all(handled)).toHaveLength(11);
  });

  it('begins a second transaction only beside one that is held up', async () => {
    const { engine, batches } = steppedEngine();
    const queue = new SignalQueue(engine, { maxBatch: 500, maxRunning: 2, overlapAfterMs: 60 });
    const handled = [queue.handle(signal('a'))];
    await turn();
    const began = performance.now();
    handled.push(queue.handle(signal('b')), queue.handle(signal('c')));
    await turn();
    expect(batches).toHaveLength(1);
    await eventually(() => expect(batches).toHaveLength(2));
    expect(performance.now() - began).toBeGreaterThan(40);
    expect(batches[1]!.signals.map(({ deviceId }) => deviceId)).toEqual(['b', 'c']);
    handled.push(queue.handle(signal('d')));
    batches[1]!.commit();
    await eventually(() => expect(batches).toHaveLength(3));
    batches[0]!.commit();
    batches[2]!.commit();
    expect(await Promise.all(handled)).toHaveLength(4);
  });

  it('begins the next transaction at once when the one before ends in time', async () => {
    const { engine, batches } = steppedEngine();
    const queue = new SignalQueue(engine, { maxBatch: 500, maxRunning: 2, overlapAfterMs: 60_000 });
    const handled = [queue.handle(signal('a'))];
    await turn();
    handled.push(queue.handle(signal('b')));
    batches[0]!.commit();
    await turn();
    expect(batches).toHaveLength(2);
    batches[1]!.commit();
    expect(await Promise.all(handled)).toHaveLength(2);
  });

  it('never exceeds the batch or the number of transactions', async () => {
    const { engine, batches } = steppedEngine();
    const queue = new SignalQueue(engine, { maxBatch: 2, maxRunning: 2 });
    const handled = Array.from({ length: 7 }, (_, n) => queue.handle(signal(String(n))));
    await turn();
    expect(batches.map(({ signals }) => signals.length)).toEqual([2, 2]);
    for (let done = 0; done < batches.length; done++) {
      batches[done]!.commit();
      await turn();
    }
    expect(await Promise.all(handled)).toHaveLength(7);
  });

  it('tells everybody of a batch when the store is away, and goes on with the next', async () => {
    const { engine, batches } = steppedEngine();
    const queue = new SignalQueue(engine);
    const lost = queue.handle(signal('a'));
    await turn();
    batches[0]!.fail(new Fault('store-unavailable', 'away', { retryable: true }));
    await expect(lost).rejects.toMatchObject({ code: 'store-unavailable' });
    const next = queue.handle(signal('b'));
    await turn();
    batches[1]!.commit();
    expect(await next).toMatchObject({ kind: 'committed' });
  });

  it('answers several signals in their order, whoever shares their transactions', async () => {
    const { engine, batches } = steppedEngine();
    const queue = new SignalQueue(engine, { maxBatch: 2, maxRunning: 1 });
    const signals = ['a', 'b', 'c'].map(signal);
    const handled = queue.handleAll(signals);
    for (let done = 0; done < 2; done++) {
      await turn();
      batches[done]!.commit();
    }
    expect((await handled).map((outcome) => outcome.signal)).toEqual(signals);
  });
});
