import { beforeEach, describe, expect, it } from '@jest/globals';
import type { ShardLeases } from '@downlink/command-engine';
import { createLogger } from '@downlink/runtime';
import { RetentionRound, type RetentionReport } from './retention-round.js';

let lines: string[];
let asked: number[];
let taken: boolean;
let released: number;

const leases: ShardLeases = {
  heartbeat: () => Promise.resolve(taken ? [] : [0]),
  release: async () => void released++,
};
const round = (report: Partial<RetentionReport>, keepDays = 30) =>
  new RetentionRound(
    {
      leases,
      owner: 'one',
      logger: createLogger({ service: 'scheduler', destination: { write: (line) => lines.push(line) } }),
      dropOldDays: async (options) => {
        asked.push(options.keepDays);
        return { dropped: [], kept: [], strays: 0, ...report };
      },
    },
    { keepDays, everyMs: 3_600, againMs: 60 },
  );

beforeEach(() => {
  [lines, asked, taken, released] = [[], [], false, 0];
});

describe('retention', () => {
  it('drops what is old enough, says what it did and hands its lease back', async () => {
    expect(await round({ dropped: ['2026-10-01'] }).run()).toBe(3_600);
    expect(asked).toEqual([30]);
    expect(lines.join('')).toContain('2026-10-01');
    expect(released).toBe(1);
  });

  it('says which days it keeps although they are old, and why', async () => {
    expect(await round({ kept: [{ day: '2026-10-01', because: 'unfinished-command' }] }).run()).toBe(3_600);
    expect(lines.join('')).toContain('unfinished-command');
  });

  it('tries again soon when a day was busy', async () => {
    expect(await round({ kept: [{ day: '2026-10-01', because: 'busy' }] }).run()).toBe(60);
  });

  it('is silent when there is nothing to do', async () => {
    await round({}).run();
    expect(lines).toEqual([]);
  });

  it('leaves it to the process that has the lease', async () => {
    taken = true;
    expect(await round({ dropped: ['2026-10-01'] }).run()).toBe(3_600);
    expect(asked).toEqual([]);
  });

  it('keeps everything for ever with 0 days', async () => {
    await round({}, 0).run();
    expect(asked).toEqual([]);
  });
});
