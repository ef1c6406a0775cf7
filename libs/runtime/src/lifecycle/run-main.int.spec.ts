import { describe, expect, it } from '@jest/globals';
import { EventEmitter, once } from 'node:events';
import { z } from 'zod';
import { integer } from '../config/config-fields.js';
import { loadConfig } from '../config/load-config.js';
import { createLogger } from '../logging/logger.js';
import { retryForever } from './retry-forever.js';
import { runMain, type ProcessPort, type RunMainOptions } from './run-main.js';
import type { Lifecycle } from './lifecycle.js';

/** Stands for the process: signals are emitted, exit codes and what was written are kept. */
class FakeProcess extends EventEmitter implements ProcessPort {
  readonly stdout = new EventEmitter();
  readonly exits: number[] = [];
  readonly logs: Record<string, unknown>[] = [];
  readonly exited: Promise<number>;
  errors = '';
  readonly stderr = { write: (text: string) => (this.errors += text) };
  private onExit: (code: number) => void = () => undefined;

  constructor() {
    super();
    this.exited = new Promise((resolve) => (this.onExit = resolve));
  }

  exit(code: number): void {
    this.exits.push(code);
    this.onExit(code);
  }

  /** Runs main until it is up. */
  async start(main: (lifecycle: Lifecycle) => unknown, options: RunMainOptions = {}): Promise<void> {
    const destination = { write: (line: string) => this.logs.push(JSON.parse(line) as Record<string, unknown>) };
    const logger = createLogger({ service: 's', level: 'debug', destination });
    await new Promise<void>((resolve) => {
      runMain(
        async (lifecycle) => {
          try {
            await main(lifecycle);
          } finally {
            resolve();
          }
        },
        { logger, process: this, ...options },
      );
    });
  }

  logged(level: string): unknown[] {
    return this.logs.filter((line) => line['level'] === level).map((line) => line['msg']);
  }
}

describe('runMain', () => {
  it('stops in reverse order on SIGTERM, one after the other, and exits 0', async () => {
    const process = new FakeProcess();
    const order: string[] = [];
    await process.start((lifecycle) => {
      lifecycle.stopping.addEventListener('abort', () => order.push('not ready'));
      lifecycle.onStop('pool', () => order.push('pool'));
      lifecycle.onStop('server', async () => {
        await new Promise((resolve) => setImmediate(resolve));
        order.push('server');
      });
    });
    process.emit('SIGTERM');
    expect(await process.exited).toBe(0);
    expect(order).toEqual(['not ready', 'server', 'pool']);
    expect(process.exits).toEqual([0]);
  });

  it('goes on when a hook fails or hangs, says which, and exits 1', async () => {
    const process = new FakeProcess();
    const order: string[] = [];
    await process.start((lifecycle) => {
      lifecycle.onStop('pool', () => order.push('pool'));
      lifecycle.onStop('broken', () => Promise.reject(new Error('boom')));
      lifecycle.onStop('hanging', () => new Promise(() => {}), { timeoutMs: 5 });
    });
    process.emit('SIGINT');
    expect(await process.exited).toBe(1);
    expect(order).toEqual(['pool']);
    expect(process.logs.filter((l) => l['level'] === 'error').map((l) => l['hook'])).toEqual(['hanging', 'broken']);
  });

  it('ends regardless when the whole stop takes too long', async () => {
    const process = new FakeProcess();
    await process.start((lifecycle) => {
      lifecycle.configure({ stopTimeoutMs: 10 });
      lifecycle.onStop('hanging', () => new Promise(() => {}), { timeoutMs: 200 });
    });
    process.emit('SIGTERM');
    expect(await process.exited).toBe(1);
    expect(process.logged('fatal')).toEqual(['the stop took too long: ending regardless']);
  });

  it('ends at once with 130 on a second signal', async () => {
    const process = new FakeProcess();
    const release = new EventEmitter();
    const closing = new Promise<void>((resolve) => {
      void process
        .start((lifecycle) =>
          lifecycle.onStop('slow', () => {
            resolve();
            return once(release, 'now');
          }),
        )
        .then(() => process.emit('SIGTERM'));
    });
    await closing;
    process.emit('SIGINT');
    expect(await process.exited).toBe(130);
    release.emit('now');
  });

  it('goes on stopping in order when the first signal comes while it stops after a crash', async () => {
    const process = new FakeProcess();
    const order: string[] = [];
    await process.start((lifecycle) => lifecycle.onStop('pool', () => order.push('pool')));
    process.emit('uncaughtException', new Error('bug'));
    process.emit('SIGTERM');
    expect(await process.exited).toBe(1);
    expect(order).toEqual(['pool']);
  });

  it('takes the echo of one Ctrl-C under npm for the same signal', async () => {
    const process = new FakeProcess();
    await process.start((lifecycle) => lifecycle.onStop('pool', () => undefined));
    process.emit('SIGINT');
    process.emit('SIGINT');
    expect(await process.exited).toBe(0);
  });

  it('gives up a start that waits for a server when it is told to stop, and exits 0', async () => {
    const process = new FakeProcess();
    const order: string[] = [];
    const down = (): Promise<never> => Promise.reject(new Error('refused'));
    const up = process.start(async (lifecycle) => {
      lifecycle.onStop('pool', () => order.push('pool closed'));
      const waiting = { what: 'Kafka', logger: lifecycle.logger, signal: lifecycle.stopping };
      await retryForever(down, waiting).finally(() => order.push('start ended'));
    });
    setImmediate(() => process.emit('SIGTERM'));
    expect(await process.exited).toBe(0);
    await up;
    expect(order).toEqual(['start ended', 'pool closed']);
    expect(process.logged('fatal')).toEqual([]);
  });

  it('closes also what is opened while it stops', async () => {
    const process = new FakeProcess();
    const order: string[] = [];
    await process.start((lifecycle) => {
      lifecycle.onStop('first', () => {
        order.push('first');
        lifecycle.onStop('late', () => order.push('late'));
      });
    });
    process.emit('SIGTERM');
    expect(await process.exited).toBe(0);
    expect(order).toEqual(['first', 'late']);
  });

  it('prints a wrong configuration on stderr, one line per variable, and exits 78', async () => {
    const process = new FakeProcess();
    const schema = z.object({ SHARDS: integer({ min: 1 }), WORKERS: integer() });
    await process.start(async () => loadConfig(schema, { SHARDS: '0' }));
    expect(await process.exited).toBe(78);
    expect(process.errors).toBe(
      'configuration: SHARDS: expected a whole number from 1, but it is "0"\n' +
        'configuration: WORKERS: expected a whole number, but it is not set\n',
    );
    expect(process.logged('fatal')).toEqual([]);
  });

  it('closes what a failed start had opened, logs the error with its stack, and exits 1', async () => {
    const process = new FakeProcess();
    const order: string[] = [];
    await process.start((lifecycle) => {
      lifecycle.onStop('pool', () => order.push('pool'));
      throw new Error('port taken');
    });
    expect(await process.exited).toBe(1);
    expect(order).toEqual(['pool']);
    const fatal = process.logs.find((line) => line['level'] === 'fatal');
    expect(fatal).toMatchObject({ msg: 'could not start', err: { message: 'port taken' } });
    expect(fatal?.['err']).toHaveProperty('stack');
  });

  it.each(['uncaughtException', 'unhandledRejection'])('stops in order and exits 1 after %s', async (event) => {
    const process = new FakeProcess();
    const order: string[] = [];
    await process.start((lifecycle) => lifecycle.onStop('pool', () => order.push('pool')));
    process.emit(event, new Error('bug'));
    process.emit(event, new Error('another, while it stops'));
    expect(await process.exited).toBe(1);
    expect(order).toEqual(['pool']);
    expect(process.logged('fatal')).toHaveLength(2);
  });

  it('lives on when whoever read its output is gone, but not when the output fails otherwise', async () => {
    const process = new FakeProcess();
    await process.start(() => undefined);
    process.stdout.emit('error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
    expect(process.logs).toEqual([]);
    process.stdout.emit('error', Object.assign(new Error('disk full'), { code: 'ENOSPC' }));
    expect(await process.exited).toBe(1);
  });
});
