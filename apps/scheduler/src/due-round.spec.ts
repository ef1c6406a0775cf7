import { beforeEach, describe, expect, it } from '@jest/globals';
import { anEvent, aRequest, COMMAND, T0 } from '@downlink/command-domain/contracts';
import type { DueCommands, Engine, Outcome } from '@downlink/command-engine';
import { DueRound, type DueObserver } from './due-round.js';

const signal = { kind: 'time-due', commandId: COMMAND, deviceId: 'device-1' } as const;
const event = anEvent.CommandExpired;
const COMMITTED: Outcome = {
  kind: 'committed',
  signal,
  head: null,
  events: [{ commandId: COMMAND, version: 2, event }],
};
const BLOCKED: Outcome = {
  kind: 'rejected',
  signal,
  rejection: { code: 'not-its-turn', status: 'queued' },
  head: null,
};
const FAILED: Outcome = { kind: 'failed', signal, cause: new Error('refused') };
const running = new AbortController().signal;

let notes: string[];
let asked: (readonly number[])[];
const observer: DueObserver = {
  fired: (type, latenessMs) => void notes.push(`${type} ${latenessMs}`),
  rejected: (code) => void notes.push(code),
  failed: (commandId, cause) => void notes.push(`${commandId}: ${(cause as Error).message}`),
};

beforeEach(() => {
  notes = [];
  asked = [];
});

/** As many commands are due, since 40 ms, as there are outcomes; the page is full, so that no round waits for more. */
const roundWith = (...outcomes: Outcome[]): DueRound => {
  const commands = outcomes.map(() => ({ commandId: COMMAND, deviceId: aRequest().deviceId, dueAt: T0 - 40 }));
  const due: DueCommands = {
    due: async (shards) => {
      asked.push(shards);
      return { now: T0, commands };
    },
  };
  const engine: Engine = { handle: async () => outcomes };
  const options = { lookAheadMs: 500, pageSize: Math.max(outcomes.length, 1), batchSize: 10, stuckMs: 1_000 };
  return new DueRound(due, engine, observer, options);
};

describe('DueRound', () => {
  it('goes on at once while deadlines can be fired, and measures how late they were', async () => {
    expect(await roundWith(COMMITTED, BLOCKED).run([7], running)).toBe(0);
    expect(notes).toEqual(['CommandExpired 40', 'not-its-turn']);
    expect(asked).toEqual([[7]]);
  });

  it('pauses when commands are due and none of them can move', async () => {
    expect(await roundWith(BLOCKED, FAILED).run([7], running)).toBe(1_000);
    expect(notes).toEqual(['not-its-turn', `${COMMAND}: refused`]);
  });

  it('asks nothing while it holds no shard', async () => {
    expect(await roundWith(COMMITTED).run([], running)).toBe(500);
    expect(asked).toEqual([]);
  });
});
