import { describe, expect, it } from '@jest/globals';
import { COMMAND_ID_EPOCH_MS, timeOfCommandId, type CommandId } from '@downlink/command-domain';
import { eventually } from '@downlink/testing';
import fc from 'fast-check';
import { Fault } from './fault.js';
import { InMemoryWorkerNumbers } from './in-memory/in-memory-worker-numbers.js';
import { LeasedCommandIds } from './leased-command-ids.js';
import type { WorkerNumbers } from './ports/worker-numbers.port.js';

const DATABASE_TIME = 1_795_000_000_000;
const lost = expect.objectContaining({ code: 'worker-number-lost', retryable: true });

/** A database and a host whose clocks are set by hand; timers are real and never fire in these tests unless `ttlMs` is short. */
function world(ttlMs = 600_000) {
  const clock = { database: DATABASE_TIME, host: 0 };
  const numbers = new InMemoryWorkerNumbers(() => clock.database);
  const generator = (source: WorkerNumbers = numbers) =>
    new LeasedCommandIds(source, { owner: 'a', ttlMs, monotonic: () => clock.host });
  const pass = (ms: number) => {
    clock.database += ms;
    clock.host += ms;
  };
  return { clock, numbers, generator, pass };
}

describe('leased command ids', () => {
  it('carry the time of the database, whatever the host believes', async () => {
    const { clock, generator, pass } = world();
    clock.host = 7_200_000;
    const ids = generator();
    await ids.start();
    pass(1234.5);
    expect(timeOfCommandId(ids.next())).toBe(DATABASE_TIME + 1234);
    await ids.stop();
  });

  it('are 100,000 times in a row ascending and unique', async () => {
    const ids = new LeasedCommandIds(new InMemoryWorkerNumbers(), { owner: 'a' });
    await ids.start();
    let last = '';
    for (let at = 0; at < 100_000; at++) {
      const id = ids.next();
      if (id <= last) throw new Error(`${id} came after ${last}`);
      last = id;
    }
    await ids.stop();
  });

  it('ascend and stay unique between generators, whatever the clocks do', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('ids' as const), count: fc.integer({ min: 1, max: 9000 }), of: fc.nat(1) }),
      fc.record({ kind: fc.constant('pass' as const), ms: fc.double({ min: 0, max: 3, noNaN: true }) }),
      fc.record({ kind: fc.constant('jump' as const), ms: fc.integer({ min: -5000, max: 5000 }) }),
      fc.record({ kind: fc.constant('restart' as const), of: fc.nat(1) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const { clock, generator, pass } = world();
        const generators = [generator(), generator()];
        for (const each of generators) await each.start();
        const seen = new Set<CommandId>();
        const last = ['', ''];
        for (const now of steps) {
          if (now.kind === 'pass') pass(now.ms);
          if (now.kind === 'jump') clock.host = Math.max(0, clock.host + now.ms);
          if (now.kind === 'restart') {
            await generators[now.of]?.stop();
            await generators[now.of]?.start();
          }
          if (now.kind !== 'ids') continue;
          for (let at = 0; at < now.count; at++) {
            const id = generators[now.of]!.next();
            if (id <= last[now.of]! || seen.has(id)) throw new Error(`${id} after ${last[now.of]}`);
            seen.add((last[now.of] = id));
          }
        }
        for (const each of generators) await each.stop();
      }),
      { numRuns: 40 },
    );
  });

  it('borrow the next millisecond when one is used up', async () => {
    const { generator } = world();
    const ids = generator();
    await ids.start();
    const made = Array.from({ length: 4097 }, () => ids.next());
    expect(timeOfCommandId(made[4095]!)).toBe(DATABASE_TIME);
    expect(timeOfCommandId(made[4096]!)).toBe(DATABASE_TIME + 1);
    await ids.stop();
  });

  it('end with the lease that could not be renewed, and say why', async () => {
    const { generator, pass, numbers } = world(1000);
    const ids = generator(numbers);
    await ids.start();
    pass(999);
    expect(() => ids.next()).not.toThrow();
    pass(1);
    expect(() => ids.next()).toThrow(lost);
    await ids.stop();
  });

  it('are not borrowed from beyond the end of the lease', async () => {
    const { generator, pass } = world(1000);
    const ids = generator();
    await ids.start();
    pass(999);
    for (let at = 0; at < 4096; at++) ids.next();
    expect(() => ids.next()).toThrow(lost);
    await ids.stop();
  });

  it('are not made before start and after stop', async () => {
    const { generator } = world();
    const ids = generator();
    expect(() => ids.next()).toThrow(lost);
    await ids.start();
    await ids.stop();
    expect(() => ids.next()).toThrow(lost);
  });

  it('go on when renewing fails for a while, and the failures are reported', async () => {
    const real = new InMemoryWorkerNumbers();
    const failures: unknown[] = [];
    let away = false;
    const numbers: WorkerNumbers = {
      lease: (owner, ttlMs, current) =>
        away
          ? Promise.reject(new Fault('store-unavailable', 'away', { retryable: true }))
          : real.lease(owner, ttlMs, current),
      release: (owner, worker) => real.release(owner, worker),
    };
    const ids = new LeasedCommandIds(numbers, {
      owner: 'a',
      ttlMs: 120,
      onRenewalFailed: (error) => failures.push(error),
    });
    await ids.start();
    away = true;
    await eventually(() => expect(() => ids.next()).toThrow(lost));
    expect(failures[0]).toMatchObject({ code: 'store-unavailable' });
    expect(() => ids.next()).toThrow(expect.objectContaining({ cause: failures.at(-1) }));
    away = false;
    await eventually(() => ids.next());
    const renewedUntil = Date.now() + 300;
    await eventually(() => {
      ids.next();
      expect(Date.now()).toBeGreaterThan(renewedUntil);
    });
    await ids.stop();
  });

  it('go on under a new number when the old one was lost to another', async () => {
    const real = new InMemoryWorkerNumbers();
    let stolen = false;
    const numbers: WorkerNumbers = {
      lease: (owner, ttlMs, current) =>
        stolen && current === 0
          ? Promise.reject(new Fault('worker-number-lost', 'stolen', { retryable: true }))
          : real.lease(owner, ttlMs, current),
      release: (owner, worker) => real.release(owner, worker),
    };
    const workerOf = (id: CommandId) => Number((BigInt(id) >> 12n) & 1023n);
    const ids = new LeasedCommandIds(numbers, { owner: 'a', ttlMs: 60 });
    await ids.start();
    expect(workerOf(ids.next())).toBe(0);
    stolen = true;
    await eventually(() => expect(workerOf(ids.next())).toBe(1));
    await ids.stop();
  });

  it('have 19 digits', async () => {
    const { generator } = world();
    const ids = generator();
    await ids.start();
    expect(ids.next()).toMatch(/^\d{19}$/);
    expect(DATABASE_TIME).toBeGreaterThan(COMMAND_ID_EPOCH_MS);
    await ids.stop();
  });
});
