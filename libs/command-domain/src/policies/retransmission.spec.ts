import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { makeCommandId } from '../ids.js';
import { aPolicy, T0 } from '../specimens/index.js';
import { acknowledgementWaitMs, probeAfterMs } from './retransmission.js';

const anyId = fc.nat({ max: 1e9 }).map((n) => makeCommandId(T0 + n, n % 1024, n % 4096));

describe('the wait for an acknowledgement', () => {
  const documented = [
    [1, 10_000, 15_000],
    [2, 20_000, 30_000],
    [3, 40_000, 60_000],
    [4, 80_000, 120_000],
  ] as const;
  it.each(documented)('after attempt %d is between %d and %d ms, as Huawei documents it', (attempt, least, most) => {
    fc.assert(
      fc.property(anyId, (id) => {
        const wait = acknowledgementWaitMs(aPolicy(), id, attempt);
        expect(wait).toBeGreaterThanOrEqual(least);
        expect(wait).toBeLessThanOrEqual(most);
      }),
    );
  });

  it('differs between commands, so that a storm spreads', () => {
    const waits = new Set(
      Array.from({ length: 100 }, (_, n) => acknowledgementWaitMs(aPolicy(), makeCommandId(T0, 1, n), 1)),
    );
    expect(waits.size).toBeGreaterThan(90);
  });
});

describe('the probe of a put-back command', () => {
  it('backs off from 10 s to 5 min for a device that nobody reports', () => {
    expect([0, 1, 2, 3, 4, 5, 50].map((n) => probeAfterMs('no-subscriber', n))).toEqual([
      10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000,
    ]);
  });
});
