import { describe, expect, it } from '@jest/globals';
import type { Signal } from '@downlink/command-domain';
import { COMMAND, OTHER } from '@downlink/command-domain/contracts';
import { DueRunner } from './due-runner.js';
import type { Engine } from './outcome.js';
import type { DueCommand } from './ports/due-commands.port.js';

const NOW = 1_800_000_000_000;

function runner(commands: DueCommand[], lookAheadMs = 60) {
  const fired: { at: number; signals: readonly Signal[] }[] = [];
  const begun = performance.now();
  const engine: Engine = {
    handle: async (signals) => {
      fired.push({ at: performance.now() - begun, signals });
      return signals.map((signal) => ({ kind: 'committed', signal, head: null, events: [] }));
    },
  };
  const due = { due: async () => ({ now: NOW, commands }) };
  return { fired, due: new DueRunner(due, engine, { lookAheadMs, pageSize: 10, batchSize: 5 }) };
}

const at = (dueAt: number, commandId = COMMAND): DueCommand => ({ commandId, deviceId: 'device-1', dueAt });

describe('the due runner', () => {
  it('fires together what is overdue', async () => {
    const { fired, due } = runner([at(NOW - 5), at(NOW, OTHER)]);
    const outcomes = await due.round([0], new AbortController().signal);
    expect(fired).toHaveLength(1);
    expect(outcomes).toHaveLength(2);
    expect(fired[0]!.signals[0]).toEqual({ kind: 'time-due', commandId: COMMAND, deviceId: 'device-1' });
  });

  it('fires nothing early, on the database’s clock', async () => {
    const { fired, due } = runner([at(NOW + 30)]);
    await due.round([0], new AbortController().signal);
    expect(fired[0]!.at).toBeGreaterThanOrEqual(30);
  });

  it('ends at once when it is told to', async () => {
    const stopping = new AbortController();
    const { fired, due } = runner([at(NOW + 60_000)], 60_000);
    const round = due.round([0], stopping.signal);
    stopping.abort();
    expect(await round).toEqual([]);
    expect(fired).toEqual([]);
  });

  it('keeps transactions within the batch size', async () => {
    const { fired, due } = runner(Array.from({ length: 10 }, () => at(NOW)));
    await due.round([0], new AbortController().signal);
    expect(fired.map(({ signals }) => signals.length)).toEqual([5, 5]);
  });
});
