import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { TroubleError } from '../dialect/trouble-error.js';
import { LoginGuard } from './login-guard.js';

const HOUR = 3_600_000;

describe('secrets can be tried only so often', () => {
  let now: number;
  let guard: LoginGuard;
  beforeEach(() => {
    now = 5_000;
    guard = new LoginGuard(() => now);
  });

  /** `right`, `wrong`, or how many seconds to wait. */
  async function tried(secret: 'right' | 'wrong', keyId = 'app', address = '192.0.2.1') {
    try {
      const owner = await guard.attempt({ dialect: 'huawei', keyId, address }, () =>
        secret === 'right' ? { id: keyId } : undefined,
      );
      return owner === undefined ? 'wrong' : 'right';
    } catch (error) {
      const { trouble } = error as TroubleError;
      if (trouble.kind !== 'too-many-attempts') throw error;
      return trouble.retryAfterSeconds;
    }
  }
  async function fail(times: number, keyId?: string, addressOf: (n: number) => string = () => '192.0.2.1') {
    for (let n = 0; n < times; n++) await tried('wrong', keyId, addressOf(n));
  }

  it('some failures are free, then each doubles the pause, up to a minute', async () => {
    await fail(5);
    const waits: unknown[] = [];
    for (let n = 0; n < 9; n++) {
      const wait = await tried('wrong');
      waits.push(wait);
      now += Number(wait) * 1_000;
      expect(await tried('wrong')).toBe('wrong');
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
  });

  it('a try during the pause is refused without a look at the secret, right or wrong, and does not lengthen it', async () => {
    await fail(8);
    now += 500;
    const verify = jest.fn(() => ({ id: 'app' }));
    const attempt = { dialect: 'huawei', keyId: 'app', address: '192.0.2.1' };
    for (let n = 0; n < 50; n++) await expect(guard.attempt(attempt, verify)).rejects.toThrow(TroubleError);
    expect(verify).not.toHaveBeenCalled();
    now += 500;
    expect(await tried('right')).toBe('right');
    await fail(4);
    expect(await tried('right')).toBe('right');
  });

  it('a hundred at once with the right secret are all let in', async () => {
    const attempt = { dialect: 'huawei', keyId: 'app', address: '192.0.2.1' };
    const right = Array.from({ length: 100 }, () => guard.attempt(attempt, async () => ({ id: 'app' })));
    expect(await Promise.all(right)).toEqual(right.map(() => ({ id: 'app' })));
  });

  it('a thousand at once are no more than as many one after the other', async () => {
    const verify = jest.fn(async () => undefined);
    const attempt = { dialect: 'huawei', keyId: 'app', address: '192.0.2.1' };
    await Promise.allSettled(Array.from({ length: 1_000 }, () => guard.attempt(attempt, verify)));
    expect(verify).toHaveBeenCalledTimes(5);
  });

  it('a key that is tried from everywhere has pauses, but not where it was right lately', async () => {
    await tried('right', 'app', '198.51.100.1');
    await fail(30, 'app', (n) => `192.0.2.${String(n)}`);
    expect(await tried('right', 'app', '203.0.113.1')).toEqual(expect.any(Number));
    expect(await tried('right', 'app', '198.51.100.1')).toBe('right');
    now += 25 * HOUR;
    await fail(30, 'app', (n) => `192.0.2.${String(n)}`);
    expect(await tried('right', 'app', '198.51.100.1')).toEqual(expect.any(Number));
    now += 60_000;
    expect(await tried('right', 'app', '198.51.100.1')).toBe('right');
  });

  it('an address that tries many keys has pauses, but not for a key that was right from there lately', async () => {
    await tried('right', 'mine');
    for (let n = 0; n < 120; n++) await tried('wrong', `key-${String(n)}`);
    expect(await tried('right', 'another')).toEqual(expect.any(Number));
    expect(await tried('right', 'mine')).toBe('right');
    expect(await tried('right', 'another', '203.0.113.9')).toBe('right');
  });

  it('a key of one’s own does not wipe out what failed from the same address', async () => {
    for (let n = 0; n < 99; n++) await tried('wrong', `key-${String(n)}`);
    await tried('right', 'mine');
    await tried('wrong', 'one more');
    expect(await tried('wrong', 'and another')).toEqual(expect.any(Number));
  });

  it('addresses of one IPv6 network are one', async () => {
    await fail(5, 'app', (n) => `2001:db8::${String(n)}`);
    expect(await tried('wrong', 'app', '2001:db8::ffff')).toBe(1);
    expect(await tried('wrong', 'app', '2001:db8:0:1::1')).toBe('wrong');
  });

  it('a store that is away is nobody’s failure', async () => {
    const attempt = { dialect: 'huawei', keyId: 'app', address: '192.0.2.1' };
    const away = () => Promise.reject(new Error('away'));
    for (let n = 0; n < 20; n++) await expect(guard.attempt(attempt, away)).rejects.toThrow('away');
    expect(await tried('right')).toBe('right');
  });

  it('what failed is forgotten after a quarter of an hour', async () => {
    await fail(6);
    now += 15 * 60_000;
    await fail(4);
    expect(await tried('right')).toBe('right');
  });
});
