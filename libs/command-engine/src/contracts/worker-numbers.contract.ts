import { beforeEach, expect, it } from '@jest/globals';
import { MAX_WORKER } from '@downlink/command-domain';
import { eventually } from '@downlink/testing';
import type { WorkerNumbers } from '../ports/worker-numbers.port.js';

/** Longer than any of these tests takes. */
const LONG = 600_000;
const lost = expect.objectContaining({ code: 'worker-number-lost' });
const exhausted = expect.objectContaining({ code: 'worker-numbers-exhausted' });

/** What every store of worker numbers promises. `open` gives one in which nobody holds a number. */
export function workerNumbersContract(open: () => Promise<WorkerNumbers>): void {
  let numbers: WorkerNumbers;
  beforeEach(async () => {
    numbers = await open();
  });
  const holdAllBut = (free: number) =>
    Promise.all(Array.from({ length: MAX_WORKER + 1 - free }, (_, at) => numbers.lease(`owner ${at}`, LONG)));

  it('gives a number until a time, with the time that it is', async () => {
    const { worker, now, validUntil } = await numbers.lease('a', LONG);
    expect(worker).toBeGreaterThanOrEqual(0);
    expect(worker).toBeLessThanOrEqual(MAX_WORKER);
    expect(Math.abs(now - Date.now())).toBeLessThan(60_000);
    expect(validUntil - now).toBe(LONG);
  });

  it('gives everybody another number, also when they ask at the same time', async () => {
    const leases = await Promise.all(Array.from({ length: 50 }, (_, at) => numbers.lease(`owner ${at}`, LONG)));
    expect(new Set(leases.map(({ worker }) => worker)).size).toBe(50);
  });

  it('gives the same owner another number when it asks for a new one', async () => {
    const [first, second] = [await numbers.lease('a', LONG), await numbers.lease('a', LONG)];
    expect(second.worker).not.toBe(first.worker);
  });

  it('renews the number that one has, also when the lease has lapsed and nobody else has got it', async () => {
    const first = await numbers.lease('a', 1);
    await eventually(async () => {
      const renewed = await numbers.lease('a', LONG, first.worker);
      expect(renewed.worker).toBe(first.worker);
      expect(renewed.now).toBeGreaterThan(first.validUntil);
      expect(renewed.validUntil).toBe(renewed.now + LONG);
    });
  });

  it('has 1024 numbers', async () => {
    await holdAllBut(0);
    await expect(numbers.lease('one too many', LONG)).rejects.toEqual(exhausted);
  });

  it('gives the number of one who vanished again after its lease and as long again, and to the old holder no more', async () => {
    await holdAllBut(1);
    const ttlMs = 60;
    const vanished = await numbers.lease('a', ttlMs);
    await expect(numbers.lease('b', LONG)).rejects.toEqual(exhausted);
    const next = await eventually(() => numbers.lease('b', LONG));
    expect(next.worker).toBe(vanished.worker);
    expect(next.now).toBeGreaterThanOrEqual(vanished.now + 2 * ttlMs);
    await expect(numbers.lease('a', LONG, vanished.worker)).rejects.toEqual(lost);
  });

  it('gives a number that was handed back again when its lease would have ended', async () => {
    await holdAllBut(1);
    const first = await numbers.lease('a', 60);
    await numbers.release('a', first.worker);
    await expect(numbers.lease('a', LONG, first.worker)).rejects.toEqual(lost);
    const next = await eventually(() => numbers.lease('b', LONG));
    expect(next.worker).toBe(first.worker);
    expect(next.now).toBeGreaterThanOrEqual(first.validUntil);
  });

  it('does not let anybody hand back what is not theirs', async () => {
    const { worker } = await numbers.lease('a', LONG);
    await numbers.release('b', worker);
    expect(await numbers.lease('a', LONG, worker)).toMatchObject({ worker });
  });
}
