import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isOnStep } from './is-on-step.js';

describe('a step', () => {
  it.each([
    [0.3, 0, 0.1],
    [0.1 + 0.2, 0, 0.1],
    [1.3, -4_294_967_295, 0.1],
    [-0.5, 0, 0.25],
    [7, 1, 3],
    [1e-7, 0, 1e-7],
    [3e21, 0, 1e21],
    [9_007_199_254_740_991, 0, 1],
    [5, 0, 0],
  ])('is hit by %d counted from %d by %d', (value, from, step) => expect(isOnStep(value, from, step)).toBe(true));

  it.each([
    [0.35, 0, 0.1],
    [1.35, -4_294_967_295, 0.1],
    [6, 1, 3],
    [1.5e-7, 0, 1e-7],
    [9_007_199_254_740_991, 0, 2],
    [0.1, 0, 1_000],
  ])('is missed by %d counted from %d by %d', (value, from, step) => expect(isOnStep(value, from, step)).toBe(false));

  it('is hit by every number of hundredths that is made of it, and missed by what lies half a step off', () => {
    const hundredths = fc.integer({ min: -1_000_000, max: 1_000_000 });
    fc.assert(
      fc.property(
        hundredths,
        fc.integer({ min: 1, max: 1_000 }),
        fc.integer({ min: -1_000, max: 1_000 }),
        (from, step, n) => {
          const hit = from + n * step;
          expect(isOnStep(hit / 100, from / 100, step / 100)).toBe(true);
          expect(isOnStep((hit + step / 2) / 100, from / 100, step / 100)).toBe(false);
        },
      ),
    );
  });
});
