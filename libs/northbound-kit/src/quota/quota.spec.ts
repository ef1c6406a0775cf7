import { describe, expect, it, jest } from '@jest/globals';
import { InMemoryCallCounts } from '@downlink/command-engine/contracts';
import { TroubleError } from '../dialect/trouble-error.js';
import { Quota } from './quota.js';

const MINUTE = 60_000;
const ten = { id: 'a', callsPerMinute: 10 };

function world(startsAt = 100 * MINUTE + 12_345) {
  const clock = { now: startsAt };
  const counts = new InMemoryCallCounts(() => clock.now);
  const exchanges = jest.spyOn(counts, 'exchange');
  const warn = jest.fn();
  const quotas: Quota[] = [];
  const process = (everyMs = 1) => {
    const quota = new Quota({
      counts,
      everyMs,
      logger: { warn },
      host: () => clock.now,
      monotonic: () => clock.now,
    });
    quotas.push(quota);
    return quota;
  };
  const exchanged = async (times: number) => {
    const until = exchanges.mock.calls.length + times;
    while (exchanges.mock.calls.length < until) await new Promise(setImmediate);
    await new Promise(setImmediate);
  };
  return { clock, counts, exchanges, warn, process, exchanged, end: () => Promise.all(quotas.map((q) => q.close())) };
}

/** How many of so many calls are taken. */
function taken(quota: Quota, calls: number, application = ten): number {
  let count = 0;
  for (let n = 0; n < calls; n++) {
    try {
      quota.take(application);
      count += 1;
    } catch (error) {
      expect(error).toBeInstanceOf(TroubleError);
    }
  }
  return count;
}

describe('a quota', () => {
  it('lets an application call so often in a minute and says when the next one begins', async () => {
    const { process, clock, end } = world();
    const quota = process();
    expect(taken(quota, 25)).toBe(10);
    expect(() => quota.take(ten)).toThrow(
      expect.objectContaining({ trouble: { kind: 'quota-exceeded', retryAfterSeconds: 48 } }),
    );
    clock.now += 47_655;
    expect(taken(quota, 25)).toBe(10);
    await end();
  });

  it('of 0 is none: nothing is counted and nothing is asked', async () => {
    const { process, exchanges, end } = world();
    expect(taken(process(), 1_000, { id: 'a', callsPerMinute: 0 })).toBe(1_000);
    await end();
    expect(exchanges).not.toHaveBeenCalled();
  });

  it('is each application’s own', async () => {
    const { process, end } = world();
    const quota = process();
    expect(taken(quota, 15)).toBe(10);
    expect(taken(quota, 15, { id: 'b', callsPerMinute: 3 })).toBe(3);
    await end();
  });

  it('holds over processes once they have exchanged their counts', async () => {
    const { process, exchanged, end } = world();
    const [one, two] = [process(), process()];
    expect(taken(one, 4)).toBe(4);
    expect(taken(two, 3)).toBe(3);
    await exchanged(4);
    expect(taken(one, 10) + taken(two, 10)).toBeLessThanOrEqual(6);
    await exchanged(4);
    expect(taken(one, 1) + taken(two, 1)).toBe(0);
    await end();
  });

  it('costs one exchange for all applications of a process, and none while nobody calls', async () => {
    const { process, exchanges, exchanged, clock, end } = world();
    const quota = process(1);
    for (let n = 0; n < 50; n++) quota.take({ id: `app-${String(n)}`, callsPerMinute: 5 });
    await exchanged(1);
    expect(exchanges.mock.calls[0]![1].size).toBe(50);
    clock.now += MINUTE;
    await exchanged(1);
    const before = exchanges.mock.calls.length;
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(exchanges.mock.calls.length).toBe(before);
    await end();
  });

  it('is held by each process alone while the store is away, and what was counted is added up later', async () => {
    const { process, counts, exchanges, exchanged, warn, end } = world();
    exchanges.mockRejectedValue(new Error('away'));
    const quota = process();
    expect(taken(quota, 7)).toBe(7);
    await exchanged(3);
    expect(warn).toHaveBeenCalled();
    expect(taken(quota, 7)).toBe(3);
    exchanges.mockRestore();
    await end();
    const { totals } = await counts.exchange(100, new Map([['a', 0]]));
    expect(totals.get('a')).toBe(10);
  });

  it('adds up what is left when it closes', async () => {
    const { process, counts } = world();
    const quota = process(600_000);
    quota.take(ten);
    await quota.close();
    const { totals } = await counts.exchange(100, new Map([['a', 0]]));
    expect(totals.get('a')).toBe(1);
  });
});
