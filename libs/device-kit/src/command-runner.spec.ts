import { describe, expect, it } from '@jest/globals';
import { CommandRunner } from './command-runner.js';
import type { Command } from './command.js';
import { Handlers, type Handler } from './handlers.js';
import { VolatileMemory } from './memory/volatile-memory.js';

const command = (id: string, over: Partial<Command> = {}): Command => ({
  id,
  service: 'Valve',
  method: 'open',
  parameters: {},
  attempt: 1,
  deadline: 100,
  ...over,
});

interface Gate {
  open(): void;
  readonly passed: Promise<void>;
}

function gate(): Gate {
  let open = (): void => {};
  const passed = new Promise<void>((resolve) => (open = resolve));
  return { open: () => open(), passed };
}

function runner({
  handler = () => 1 as unknown,
  memory = new VolatileMemory(),
  mostWaiting = 2,
}: {
  handler?: Handler;
  memory?: VolatileMemory;
  mostWaiting?: number;
} = {}) {
  const log: string[] = [];
  const handlers = new Handlers();
  handlers.register('Valve', 'open', (parameters, taken) => {
    log.push(`execute ${taken.id}`);
    return handler(parameters, taken);
  });
  const clock = { now: 0 };
  const commands = new CommandRunner({
    memory,
    handlers,
    mostWaiting,
    now: () => clock.now,
    acknowledge: (id) => log.push(`acknowledge ${id}`),
    answer: (id, { outcome, code }) => log.push([outcome, id, code].filter(Boolean).join(' ')),
    onEvent: ({ kind }) => log.push(kind),
  });
  return { runner: commands, log, clock, memory };
}

describe('a device', () => {
  it('remembers a command before it acknowledges it, and acknowledges before it executes', async () => {
    const kept = gate();
    class Slow extends VolatileMemory {
      override async begin(id: string): Promise<void> {
        await kept.passed;
        await super.begin(id);
      }
    }
    const { runner: commands, log } = runner({ memory: new Slow() });
    const taken = commands.take(command('a'));
    expect(log).toEqual([]);
    kept.open();
    await taken;
    await commands.stop();
    expect(log).toEqual(['acknowledge a', 'execute a', 'succeeded a']);
  });

  it('executes nothing that it cannot remember, and goes on', async () => {
    class Full extends VolatileMemory {
      override begin(id: string): Promise<void> {
        return id === 'a' ? Promise.reject(new Error('no space')) : super.begin(id);
      }
    }
    const { runner: commands, log } = runner({ memory: new Full() });
    await commands.take(command('a'));
    await commands.take(command('b'));
    await commands.stop();
    expect(log).toEqual(['memory-failed', 'acknowledge b', 'execute b', 'succeeded b']);
  });

  it('answers what it has executed although it could not keep the answer', async () => {
    class Full extends VolatileMemory {
      override finish(): Promise<void> {
        return Promise.reject(new Error('no space'));
      }
    }
    const { runner: commands, log } = runner({ memory: new Full() });
    await commands.take(command('a'));
    await commands.stop();
    expect(log).toEqual(['acknowledge a', 'execute a', 'memory-failed', 'succeeded a']);
  });

  it('acknowledges again what is under way, and executes it no second time', async () => {
    const done = gate();
    const { runner: commands, log } = runner({ handler: () => done.passed });
    await commands.take(command('a'));
    await commands.take(command('a', { attempt: 2 }));
    done.open();
    await commands.stop();
    expect(log).toEqual(['acknowledge a', 'execute a', 'repeated', 'acknowledge a', 'succeeded a']);
  });

  it('looks at the deadline again when a command has waited', async () => {
    const done = gate();
    const { runner: commands, log, clock } = runner({ handler: () => done.passed, mostWaiting: 3 });
    await commands.take(command('a'));
    await commands.take(command('b', { deadline: 50 }));
    await commands.take(command('c', { deadline: 50 }));
    await commands.take(command('c', { deadline: 90, attempt: 2 }));
    clock.now = 60;
    done.open();
    await commands.take(command('d'));
    await untilQuiet();
    expect(log.filter((entry) => /execute|too-late/.test(entry))).toEqual([
      'execute a',
      'too-late',
      'execute c',
      'execute d',
    ]);
  });

  it('leaves what it has no room for to the next attempt', async () => {
    const done = gate();
    const { runner: commands, log } = runner({ handler: () => done.passed, mostWaiting: 1 });
    for (const id of ['a', 'b', 'c']) await commands.take(command(id));
    expect(log).toEqual(['acknowledge a', 'execute a', 'crowded']);
    done.open();
    await untilQuiet();
    await commands.take(command('c', { attempt: 2 }));
    await commands.stop();
    expect(log.filter((entry) => entry.startsWith('execute'))).toEqual(['execute a', 'execute b', 'execute c']);
  });

  it('lets what is under way end when it stops, and begins nothing more', async () => {
    const done = gate();
    const { runner: commands, log } = runner({ handler: () => done.passed });
    await commands.take(command('a'));
    await commands.take(command('b'));
    const stopped = commands.stop();
    await commands.take(command('c'));
    done.open();
    await stopped;
    await untilQuiet();
    expect(log).toEqual(['acknowledge a', 'execute a', 'succeeded a']);
  });

  it('that went down in the middle says so, and tells what it had still to tell', async () => {
    const memory = new VolatileMemory();
    await memory.begin('half');
    await memory.begin('done');
    await memory.finish('done', { outcome: 'succeeded' });
    await memory.begin('told');
    await memory.finish('told', { outcome: 'succeeded' });
    await memory.markTold('told');
    const { runner: commands, log } = runner({ memory });
    await commands.recover();
    await commands.take(command('half', { attempt: 2 }));
    expect(log).toEqual(['failed half interrupted', 'succeeded done', 'repeated', 'failed half interrupted']);
  });
});

async function untilQuiet(): Promise<void> {
  for (let n = 0; n < 50; n += 1) await Promise.resolve();
}
