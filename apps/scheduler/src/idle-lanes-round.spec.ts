import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { newLane, type Signal } from '@downlink/command-domain';
import type { Engine } from '@downlink/command-engine';
import { IdleLanesRound } from './idle-lanes-round.js';

describe('IdleLanesRound', () => {
  let idle: string[];
  let given: string[][];
  let moved: number;
  let now: number;
  let round: IdleLanesRound;

  const engine: Engine = {
    handle: async (signals: readonly Signal[]) => {
      given.push(signals.map(({ deviceId }) => deviceId));
      return signals.map((signal) => {
        const lane = { ...newLane(signal.deviceId), inFlight: signal.deviceId === 'stuck' ? null : ('1' as never) };
        return { kind: 'committed', signal, head: null, events: [], lane } as const;
      });
    },
  };

  beforeEach(() => {
    [idle, given, moved, now] = [[], [], 0, 0];
    jest.spyOn(performance, 'now').mockImplementation(() => now);
    const observer = { setInMotion: (lanes: number) => void (moved += lanes) };
    const options = { everyMs: 1_000, idleMs: 5_000, page: 2, limit: 100 };
    round = new IdleLanesRound({ idle: async () => idle }, engine, observer, options);
  });

  const at = async (ms: number, shards = [1]): Promise<number> => {
    now = ms;
    return round.run(shards);
  };

  it('gives whoever owes a turn some seconds before it steps in', async () => {
    idle = ['a'];
    expect(await at(0)).toBe(1_000);
    await at(4_999);
    expect(given).toEqual([]);
    await at(5_000);
    expect(given).toEqual([['a']]);
    expect(moved).toBe(1);
  });

  it('starts counting anew when a lane was busy in between', async () => {
    idle = ['a'];
    await at(0);
    idle = [];
    await at(3_000);
    idle = ['a'];
    await at(6_000);
    expect(given).toEqual([]);
  });

  it('gives a page a round, so that it never makes the storm that it cleans up after', async () => {
    idle = ['a', 'b', 'c'];
    await at(0);
    await at(5_000);
    idle = ['c'];
    await at(6_000);
    expect(given).toEqual([['a', 'b'], ['c']]);
  });

  it('counts what it has set in motion only', async () => {
    idle = ['stuck', 'a'];
    await at(0);
    await at(5_000);
    expect(moved).toBe(1);
  });

  it('looks at nothing while it holds no shard', async () => {
    idle = ['a'];
    await at(0, []);
    await at(9_000, []);
    expect(given).toEqual([]);
  });
});
