import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { createEngine, type Engine } from '@downlink/command-engine';
import { nextCommandId, requestFor } from '@downlink/command-engine/contracts';
import { createTestDatabase, eventually, type TestDatabase } from '@downlink/testing';
import { createPostgresStore, migrate, type PostgresStore } from '../index.js';

const SHARDS = Array.from({ length: 64 }, (_, shard) => shard);

describe('looking for idle lanes', () => {
  let database: TestDatabase;
  let store: PostgresStore;
  let engine: Engine;
  let client: pg.Client;

  const openStore = () =>
    createPostgresStore({ url: database.url, onConnectionError: (error) => process.emitWarning(error) });
  beforeEach(async () => {
    database = await createTestDatabase({ template: migrate });
    store = openStore();
    engine = createEngine(store.commandStore, { handOver: () => undefined });
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
  });
  afterEach(async () => {
    await client.end();
    await store.close();
    await database.drop();
  });

  const submission = (deviceId: string) =>
    ({ kind: 'submit', commandId: nextCommandId(), deviceId, request: requestFor(deviceId) }) as const;

  it('leaves updates of lanes HOT while a command lives and dies, which a predicate over its columns would end', async () => {
    const devices = Array.from({ length: 20 }, (_, n) => `d${String(n)}`);
    await engine.handle(devices.map((deviceId) => ({ kind: 'lane-turn', deviceId })));
    await engine.handle(devices.map((deviceId) => ({ kind: 'device-reachable', deviceId })));
    for (let life = 0; life < 10; life++) {
      const submissions = devices.map(submission);
      await engine.handle(submissions);
      const answer = { outcome: 'succeeded', result: null } as const;
      await engine.handle(
        submissions.map(
          ({ commandId, deviceId }) => ({ kind: 'device-answered', commandId, deviceId, answer }) as const,
        ),
      );
    }
    // What a session has counted is told when it ends; otherwise ten seconds later.
    await store.close();
    store = openStore();
    await eventually(async () => {
      // An update that finds its page full goes to another one and is not HOT either, which says nothing about the indexes.
      const { rows } = await client.query<{ updates: number; in_place: number; hot: number }>(
        `select n_tup_upd::int as updates, (n_tup_upd - n_tup_newpage_upd)::int as in_place, n_tup_hot_upd::int as hot
         from pg_stat_user_tables where relname = 'device_lane'`,
      );
      const { updates, in_place, hot } = rows[0]!;
      expect(updates).toBeGreaterThanOrEqual(20 * devices.length);
      expect(in_place).toBeGreaterThan(updates / 2);
      expect(hot).toBe(in_place);
    });
  });

  it('gives a page in an order that stays, of the shards asked for', async () => {
    const devices = Array.from({ length: 30 }, (_, n) => `d${String(n)}`);
    await engine.handle(devices.map((deviceId) => ({ kind: 'device-unreachable', deviceId })));
    await engine.handle(devices.map(submission));
    expect(await store.idleLanes.idle(SHARDS, 99)).toEqual([]);
    await engine.handle(devices.map((deviceId) => ({ kind: 'device-reachable', deviceId, turn: 'later' })));
    const all = await store.idleLanes.idle(SHARDS, 99);
    expect(new Set(all)).toEqual(new Set(devices));
    expect(await store.idleLanes.idle(SHARDS, 7)).toEqual(all.slice(0, 7));
    const halves = await Promise.all([
      store.idleLanes.idle(SHARDS.slice(0, 32), 99),
      store.idleLanes.idle(SHARDS.slice(32), 99),
    ]);
    expect(halves.flat()).toEqual(all);
    await engine.handle(devices.slice(0, 10).map((deviceId) => ({ kind: 'lane-turn', deviceId })));
    expect(await store.idleLanes.idle(SHARDS, 99)).toHaveLength(20);
  });
});
