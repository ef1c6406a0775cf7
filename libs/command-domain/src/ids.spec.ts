import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  firstCommandIdAt,
  makeCommandId,
  MAX_SEQUENCE,
  MAX_WORKER,
  parseCommandId,
  parseHex32,
  timeOfCommandId,
  toHex32,
} from './ids.js';

const anyId = fc
  .tuple(
    fc.integer({ min: Date.UTC(2017, 7, 1), max: Date.UTC(2079, 0, 1) }),
    fc.integer({ min: 0, max: MAX_WORKER }),
    fc.integer({ min: 0, max: MAX_SEQUENCE }),
  )
  .map(([time, worker, sequence]) => makeCommandId(time, worker, sequence));

describe('a command id', () => {
  it('has 19 digits, and survives both spellings', () => {
    fc.assert(
      fc.property(anyId, (id) => {
        expect(id).toMatch(/^\d{19}$/);
        expect(parseCommandId(id)).toBe(id);
        expect(toHex32(id)).toMatch(/^[0-9a-f]{32}$/);
        expect(parseHex32(toHex32(id))).toBe(id);
      }),
    );
  });

  it('is ordered by time, as text too', () => {
    const earlier = makeCommandId(1_800_000_000_000, MAX_WORKER, MAX_SEQUENCE);
    const later = makeCommandId(1_800_000_000_001, 0, 0);
    expect(earlier < later).toBe(true);
    expect(later).toBe(firstCommandIdAt(1_800_000_000_001));
    expect(timeOfCommandId(earlier)).toBe(1_800_000_000_000);
  });

  it('is not read from anything else', () => {
    for (const text of [
      '',
      '1',
      '9999999999999999999',
      '123456789012345678a',
      ' 234567890123456789',
      '１234567890123456789',
    ]) {
      expect(parseCommandId(text)).toBeUndefined();
    }
    for (const text of [
      '',
      'f'.repeat(32),
      '0'.repeat(31),
      `${'0'.repeat(16)}ffffffffffffffff`,
      `${'0'.repeat(31)}g`,
    ]) {
      expect(parseHex32(text)).toBeUndefined();
    }
  });
});
