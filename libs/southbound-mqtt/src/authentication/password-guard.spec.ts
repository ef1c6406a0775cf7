import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { PasswordGuard, type AttemptOutcome } from './password-guard.js';

const HOUR = 3_600_000;

describe('passwords of devices can be tried only so often', () => {
  let now: number;
  let guard: PasswordGuard;
  beforeEach(() => {
    now = 5_000;
    guard = new PasswordGuard({ now: () => now });
  });
  async function tried(outcome: AttemptOutcome | undefined, claimed = 'd', address = '192.0.2.1') {
    return (await guard.attempt({ claimed, address }, async () => ({ outcome, value: 'looked' }))) ?? 'too early';
  }
  async function fail(
    times: number,
    claimed?: (n: number) => string,
    address: (n: number) => string = () => '192.0.2.1',
  ) {
    let looked = 0;
    for (let n = 0; n < times; n++) if ((await tried('wrong', claimed?.(n), address(n))) === 'looked') looked += 1;
    return looked;
  }

  it('five failures of a device from one address are free, then each doubles the pause, up to a minute', async () => {
    expect(await fail(100)).toBe(5);
    for (const pause of [1, 2, 4, 8, 16, 32, 60, 60]) {
      now += pause * 1_000 - 1;
      expect(await tried('right')).toBe('too early');
      now += 1;
      expect(await tried('wrong')).toBe('looked');
    }
  });

  it('once it is right, and after a quarter of an hour, all is forgiven', async () => {
    await fail(5);
    now += 1_000;
    expect(await tried('right')).toBe('looked');
    expect(await fail(9)).toBe(5);
    now += 15 * 60_000;
    expect(await fail(9)).toBe(5);
  });

  it('nobody can lock out a device from another address, however many addresses try', async () => {
    expect(await fail(5_000, undefined, (n) => `10.0.${String(n >> 8)}.${String(n & 255)}`)).toBe(5_000);
    expect(await tried('right', 'd', '198.51.100.1')).toBe('looked');
  });

  it('a device that is tried from everywhere grants an address one failure and not five, but not who was right there lately', async () => {
    await tried('right', 'd', '198.51.100.1');
    await fail(20, undefined, (n) => `10.0.0.${String(n)}`);
    expect(await fail(5, undefined, () => '203.0.113.1')).toBe(1);
    expect(await fail(9, undefined, () => '198.51.100.1')).toBe(5);
  });

  it('an address that tries many devices may fail a hundred times at once and twice a second then', async () => {
    const another = (n: number): string => `d${String(now)}-${String(n)}`;
    expect(await fail(1_000, another)).toBe(100);
    now += 1_000;
    expect(await fail(1_000, another)).toBe(2);
    expect(await tried('right', 'd', '192.0.2.2')).toBe('looked');
    now += 60_000;
    expect(await fail(1_000, another)).toBe(100);
  });

  it('nobody is held back where a proxy hides who is who', async () => {
    guard = new PasswordGuard({ addresses: 'hidden', now: () => now });
    expect(await fail(1_000)).toBe(1_000);
    expect(await tried('right')).toBe('looked');
  });

  it('who was right from an address within a day is not held back by what others do there', async () => {
    await tried('right', 'mine');
    await fail(500, (n) => `d${String(n)}`);
    expect(await tried('right', 'mine')).toBe('looked');
    expect(await tried('right', 'not yet')).toBe('too early');
    now += 25 * HOUR;
    await fail(500, (n) => `d${String(n)}`);
    expect(await tried('right', 'mine')).toBe('too early');
  });

  it('a storm of ten thousand devices behind one address is let in at once', async () => {
    const storm = Array.from({ length: 10_000 }, (_, n) => tried('right', `d${String(n)}`));
    expect(new Set(await Promise.all(storm))).toEqual(new Set(['looked']));
  });

  it('of one device from one address five are looked at at the same time, not a thousand', async () => {
    const look = jest.fn(async () => ({ outcome: 'wrong' as const, value: 1 }));
    const attempt = { claimed: 'd', address: '192.0.2.1' };
    await Promise.all(Array.from({ length: 1_000 }, () => guard.attempt(attempt, look)));
    expect(look).toHaveBeenCalledTimes(5);
  });

  it('a registry that is away is nobody’s failure', async () => {
    const away = () => Promise.reject(new Error('away'));
    for (let n = 0; n < 50; n++) {
      await expect(guard.attempt({ claimed: 'd', address: '192.0.2.1' }, away)).rejects.toThrow('away');
    }
    expect(await fail(9)).toBe(5);
  });

  it('addresses of one IPv6 network are one, and an IPv4 address is itself however it is written', async () => {
    expect(await fail(9, undefined, (n) => `2001:db8::${String(n)}`)).toBe(5);
    expect(await tried('wrong', 'd', '2001:db8:0:0:ffff::1')).toBe('too early');
    expect(await tried('wrong', 'd', '2001:db8:0:1::1')).toBe('looked');
    expect(await fail(9, undefined, (n) => (n % 2 === 0 ? '::ffff:192.0.2.7' : '192.0.2.7'))).toBe(5);
  });
});
