import { beforeEach, expect, it } from '@jest/globals';
import { eventually } from '@downlink/testing';
import { SHARD_COUNT, type ShardLeases } from '../ports/shard-leases.port.js';

/** Longer than any of these tests takes. */
const LONG = 600_000;
const ALL = Array.from({ length: SHARD_COUNT }, (_, shard) => shard);

/** What every store of shard leases promises. `open` gives one without leases. */
export function shardLeasesContract(open: () => Promise<ShardLeases>): void {
  let leases: ShardLeases;
  beforeEach(async () => {
    leases = await open();
  });
  const beat = (owner: string, ttlMs = LONG, group = 'scheduler') =>
    leases.heartbeat({ group, owner, shardCount: SHARD_COUNT, ttlMs });

  it('gives the only owner all shards, and lets it keep them', async () => {
    expect(await beat('a')).toEqual(ALL);
    expect(await beat('a')).toEqual(ALL);
  });

  it('shares evenly when a second owner joins, after two rounds', async () => {
    await beat('a');
    expect(await beat('b')).toEqual([]);
    const [a, b] = [await beat('a'), await beat('b')];
    expect([a.length, b.length]).toEqual([32, 32]);
    expect([...a, ...b].toSorted((one, other) => one - other)).toEqual(ALL);
    expect([await beat('a'), await beat('b')]).toEqual([a, b]);
  });

  it('shares among three as evenly as whole numbers allow', async () => {
    for (let round = 0; round < 3; round++) for (const owner of ['a', 'b', 'c']) await beat(owner);
    const shares = [await beat('a'), await beat('b'), await beat('c')];
    expect(shares.map(({ length }) => length).toSorted()).toEqual([20, 22, 22]);
    expect(new Set(shares.flat()).size).toBe(SHARD_COUNT);
  });

  it('gives the shards of an owner that died to the others when its leases have lapsed, and not before', async () => {
    for (let round = 0; round < 2; round++) for (const owner of ['a', 'b']) await beat(owner);
    const ttlMs = 150;
    const mine = await beat('b');
    const lastBeat = performance.now();
    await beat('a', ttlMs);
    await eventually(async () => {
      const held = await beat('b');
      if (performance.now() - lastBeat < ttlMs) expect(held).toEqual(mine);
      expect(held).toEqual(ALL);
    });
  });

  it('lets an owner that comes late have what nobody took meanwhile', async () => {
    await beat('a', 1);
    const started = performance.now();
    await eventually(() => expect(performance.now() - started).toBeGreaterThan(10));
    expect(await beat('a')).toEqual(ALL);
  });

  it('hands everything back at once on release', async () => {
    await beat('a');
    await beat('b');
    await leases.release('scheduler', 'a');
    expect(await beat('b')).toEqual(ALL);
    expect(await beat('a')).toEqual([]);
  });

  it('keeps groups apart', async () => {
    await beat('a');
    expect(await beat('b', LONG, 'notifier')).toEqual(ALL);
    await leases.release('notifier', 'a');
    expect(await beat('a')).toEqual(ALL);
  });

  it('never lets two hold a shard, however many beat at the same time', async () => {
    const owners = ['a', 'b', 'c', 'd', 'e'];
    for (let round = 0; round < 8; round++) {
      const shares = await Promise.all(owners.map((owner) => beat(owner)));
      // Each answer is from another instant; one after another they must not overlap.
      const settled: number[][] = [];
      for (const owner of owners) settled.push(await beat(owner));
      expect(shares.flat().length).toBeGreaterThan(0);
      if (round > 0) expect(new Set(settled.flat()).size).toBe(settled.flat().length);
    }
    const last = await Promise.all(owners.map((owner) => beat(owner)));
    expect(last.flat().toSorted((one, other) => one - other)).toEqual(ALL);
  });

  it('gives free shards to one of those who ask at the same time', async () => {
    const shares = await Promise.all(['a', 'b', 'c', 'd'].map((owner) => beat(owner)));
    expect(new Set(shares.flat()).size).toBe(shares.flat().length);
  });
}
