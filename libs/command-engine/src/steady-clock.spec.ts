import { describe, expect, it } from '@jest/globals';
import { SteadyClock } from './steady-clock.js';

describe('a steady clock', () => {
  it('says the time of the database and goes on by a clock that never jumps', async () => {
    let [database, monotonic] = [1_000_000, 50];
    const clock = new SteadyClock(
      async () => {
        monotonic += 10;
        return database;
      },
      () => 7,
      () => monotonic,
    );
    expect(clock.now()).toBe(7);
    await clock.sync();
    expect(clock.now()).toBe(1_000_005);
    monotonic += 500;
    expect(clock.now()).toBe(1_000_505);
    database = 2_000_000;
    await clock.sync();
    expect(clock.now()).toBe(2_000_005);
  });

  it('keeps what it knew while the database is away', async () => {
    const answers = [async () => 1_000, async () => Promise.reject(new Error('away'))];
    const clock = new SteadyClock(
      () => answers.shift()!(),
      () => 7,
      () => 0,
    );
    await clock.sync();
    await expect(clock.sync()).rejects.toThrow('away');
    expect(clock.now()).toBe(1_000);
  });
});
