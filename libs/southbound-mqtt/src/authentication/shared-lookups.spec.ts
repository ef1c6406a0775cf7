import { describe, expect, it } from '@jest/globals';
import { SharedLookups } from './shared-lookups.js';

describe('look-ups of many callers', () => {
  it('share a query: what is asked while one is under way goes out together after it, each with its own answer', async () => {
    const batches: number[][] = [];
    let release = (): void => {};
    const lookups = new SharedLookups<number, string>(async (questions) => {
      batches.push([...questions]);
      await new Promise<void>((resolve) => (release = resolve));
      return questions.map(String);
    });
    const first = [1, 2].map((n) => lookups.ask(n));
    await new Promise(setImmediate);
    const second = [3, 4, 5].map((n) => lookups.ask(n));
    release();
    expect(await Promise.all(first)).toEqual(['1', '2']);
    await new Promise(setImmediate);
    release();
    expect(await Promise.all(second)).toEqual(['3', '4', '5']);
    expect(batches).toEqual([
      [1, 2],
      [3, 4, 5],
    ]);
  });

  it('that fail, fail for those who asked together, and for nobody after them', async () => {
    let fails = true;
    const lookups = new SharedLookups<number, number>(async (questions) => {
      if (fails) throw new Error('away');
      return questions;
    });
    const outcomes = await Promise.allSettled([lookups.ask(1), lookups.ask(2)]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    fails = false;
    expect(await lookups.ask(3)).toBe(3);
  });

  it('are of bounded size: a query holds a thousand at most', async () => {
    const sizes: number[] = [];
    const lookups = new SharedLookups<number, number>(async (questions) => {
      sizes.push(questions.length);
      return questions;
    });
    const asked = Array.from({ length: 2_500 }, (_, n) => n);
    expect(await Promise.all(asked.map((n) => lookups.ask(n)))).toEqual(asked);
    expect(sizes).toEqual([1_000, 1_000, 500]);
  });
});
