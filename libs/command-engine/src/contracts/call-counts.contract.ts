import { beforeEach, expect, it } from '@jest/globals';
import type { CallCounts } from '../ports/call-counts.port.js';

/** What every store of call counts promises. `open` gives one in which nothing was counted. */
export function callCountsContract(open: () => Promise<CallCounts>): void {
  let counts: CallCounts;
  let minute: number;
  beforeEach(async () => {
    counts = await open();
    const { now } = await counts.exchange(0, new Map());
    minute = Math.floor(now / 60_000);
  });
  const exchange = async (counted: Record<string, number>, at = minute) => {
    const { totals } = await counts.exchange(at, new Map(Object.entries(counted)));
    return Object.fromEntries(totals);
  };

  it('tells the time', async () => {
    const { now, totals } = await counts.exchange(minute, new Map());
    expect(Math.abs(now - Date.now())).toBeLessThan(60_000);
    expect(totals.size).toBe(0);
  });

  it('adds up what everybody counted, each application by itself', async () => {
    expect(await exchange({ a: 3, b: 1 })).toEqual({ a: 3, b: 1 });
    expect(await exchange({ b: 4, c: 2 })).toEqual({ b: 5, c: 2 });
    expect(await exchange({ a: 1 })).toEqual({ a: 4 });
  });

  it('tells who only asks, and adds nothing', async () => {
    await exchange({ a: 3 });
    expect(await exchange({ a: 0, nobody: 0 })).toEqual({ a: 3 });
    expect(await exchange({ a: 0 })).toEqual({ a: 3 });
  });

  it('begins anew with each minute', async () => {
    await exchange({ a: 3 });
    expect(await exchange({ a: 1 }, minute + 1)).toEqual({ a: 1 });
    expect(await exchange({ a: 0 })).toEqual({ a: 3 });
  });

  it('forgets minutes that are over for long', async () => {
    await exchange({ a: 3 }, minute - 10);
    await exchange({ a: 1 });
    expect(await exchange({ a: 0 }, minute - 10)).toEqual({});
  });

  it('loses nothing when many add at the same time', async () => {
    const rounds = Array.from({ length: 30 }, (_, n) => exchange(n % 2 === 0 ? { a: 1, b: 2 } : { b: 2, a: 1 }));
    await Promise.all(rounds);
    expect(await exchange({ a: 0, b: 0 })).toEqual({ a: 30, b: 60 });
  });
}
