import { describe, expect, it } from '@jest/globals';
import { IDEMPOTENCY_KEY_LIFETIME_MS, meaningOfKey } from './idempotency.js';

describe('an idempotency key', () => {
  const known = { digest: 'a', usedAt: 1_000 };
  const last = known.usedAt + IDEMPOTENCY_KEY_LIFETIME_MS;

  it('never used before is a new call', () => {
    expect(meaningOfKey(undefined, 'a', 0)).toBe('new');
  });

  it('stands for its command with the same body, and is refused with another, for 24 hours to the millisecond', () => {
    expect(IDEMPOTENCY_KEY_LIFETIME_MS).toBe(24 * 3_600_000);
    expect(meaningOfKey(known, 'a', last - 1)).toBe('repeated');
    expect(meaningOfKey(known, 'b', last - 1)).toBe('reused');
    expect(meaningOfKey(known, 'a', last)).toBe('new');
    expect(meaningOfKey(known, 'b', last)).toBe('new');
  });
});
