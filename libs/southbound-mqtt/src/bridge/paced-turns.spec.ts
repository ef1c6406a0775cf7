import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { newLane, type DeviceId, type Signal } from '@downlink/command-domain';
import { Fault, type Engine } from '@downlink/command-engine';
import { collectingLogger } from '../spec-support/collecting-logger.js';
import { PacedTurns } from './paced-turns.js';
import { TokenBucket } from './token-bucket.js';

describe('a token bucket', () => {
  it('gives its burst at once and then as much as time brings, never more than it holds', () => {
    let now = 0;
    const bucket = new TokenBucket({ burst: 10, perSecond: 100 }, () => now);
    expect([bucket.take(7), bucket.take(7), bucket.take(7)]).toEqual([7, 3, 0]);
    now = 55;
    expect(bucket.take(9)).toBe(5);
    now = 60;
    expect(bucket.take(9)).toBe(1);
    now = 60_000;
    expect(bucket.take(99)).toBe(10);
  });

  it('takes back what was not needed', () => {
    const bucket = new TokenBucket({ burst: 10, perSecond: 0 }, () => 0);
    bucket.take(10);
    bucket.giveBack(4);
    expect(bucket.take(10)).toBe(4);
    bucket.giveBack(99);
    expect(bucket.take(99)).toBe(10);
  });
});

describe('PacedTurns', () => {
  let handled: Signal[][];
  let waiting: Set<DeviceId>;
  let fails: boolean;
  let turns: PacedTurns;
  const logger = collectingLogger();

  /** Lanes of `waiting` have a command queued, which starts with a turn. */
  const engine: Engine = {
    handle: async (signals) => {
      if (fails) throw new Fault('store-unavailable', 'away', { retryable: true });
      handled.push([...signals]);
      return signals.map((signal) => {
        const { deviceId } = signal;
        const later = signal.kind === 'device-reachable' && signal.turn === 'later';
        const queued = waiting.has(deviceId);
        const lane = {
          ...newLane(deviceId),
          queued: queued && later ? 1 : 0,
          inFlight: queued && !later ? ('1' as never) : null,
        };
        return { kind: 'committed', signal, head: null, events: [], lane } as const;
      });
    },
  };
  const seen = (...ids: DeviceId[]) => turns.handle(ids.map((deviceId) => ({ kind: 'device-reachable', deviceId })));
  const given = () => handled.flat().flatMap((signal) => (signal.kind === 'lane-turn' ? [signal.deviceId] : []));
  const until = async (done: () => boolean) => {
    while (!done()) await new Promise((resolve) => setTimeout(resolve, 5));
  };

  beforeEach(() => {
    [handled, fails] = [[], false];
    waiting = new Set(['a', 'b', 'c', 'd', 'e']);
    turns = new PacedTurns(engine, logger, { burst: 2, perSecond: 100, remembered: 3 });
  });
  afterEach(() => turns.stop());

  it('extends every lease at once, and gives the turns that the bucket did not cover afterwards, in order', async () => {
    await seen('a', 'b', 'c', 'd');
    expect(handled[0]!.map((signal) => 'turn' in signal && signal.turn)).toEqual([false, false, 'later', 'later']);
    expect(turns.backlog).toBe(2);
    await until(() => turns.backlog === 0);
    expect(given()).toEqual(['c', 'd']);
  });

  it('lets nobody overtake those who wait', async () => {
    await seen('a', 'b', 'c');
    await seen('d');
    await until(() => turns.backlog === 0);
    expect(given()).toEqual(['c', 'd']);
  });

  it('charges nothing for devices that nobody waits for', async () => {
    for (let n = 0; n < 10; n++) await seen('x', 'y');
    await seen('x', 'y', 'z');
    expect(turns.backlog).toBe(0);
    await seen('a', 'b');
    expect(handled.at(-1)!.some((signal) => 'turn' in signal)).toBe(false);
  });

  it('forgets a device that leaves again, and what is too much for its memory: the scheduler finds it', async () => {
    waiting = new Set(['a', 'b', 'c', 'd', 'e', 'f', 'g']);
    await seen('a', 'b', 'c', 'd', 'e', 'f');
    expect(turns.backlog).toBe(3);
    await turns.handle([{ kind: 'device-unreachable', deviceId: 'd' }]);
    expect(turns.backlog).toBe(2);
  });

  it('keeps what it owes while the store is away', async () => {
    await seen('a', 'b', 'c');
    fails = true;
    await until(() => logger.lines.some(({ level }) => level === 'warn'));
    expect(turns.backlog).toBe(1);
    fails = false;
    await until(() => turns.backlog === 0);
    expect(given()).toEqual(['c']);
  });

  it('gives nothing more once it is stopped', async () => {
    await seen('a', 'b', 'c');
    await turns.stop();
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(given()).toEqual([]);
  });
});
