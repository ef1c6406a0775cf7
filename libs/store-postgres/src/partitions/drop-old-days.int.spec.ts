import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { firstCommandIdAt, makeCommandId, type CommandId, type Signal } from '@downlink/command-domain';
import { createEngine, OutboxRelay, type Engine, type Outcome } from '@downlink/command-engine';
import { requestFor } from '@downlink/command-engine/contracts';
import { createTestDatabase, type TestDatabase } from '@downlink/testing';
import pg from 'pg';
import { createPostgresStore, migrate, type PostgresStore } from '../index.js';
import { DAY_MS, PARTITIONED_TABLES, partitionName } from './partition-days.js';

const KEEP = { keepDays: 30 };
const today = Math.floor(Date.now() / DAY_MS) * DAY_MS;
const daysAgo = (days: number) => today - days * DAY_MS;
const dateOf = (start: number) => new Date(start).toISOString().slice(0, 10);

describe('dropping old days', () => {
  let database: TestDatabase;
  let store: PostgresStore;
  let engine: Engine;
  let relay: OutboxRelay;
  let sql: pg.Client;
  let made = 0;

  beforeEach(async () => {
    database = await createTestDatabase({ template: migrate });
    store = createPostgresStore({ url: database.url, onConnectionError: () => undefined });
    relay = new OutboxRelay({ publish: async () => undefined }, store.outbox, {
      left: () => undefined,
      notRemoved: () => undefined,
    });
    engine = createEngine(store.commandStore, relay);
    sql = new pg.Client({ connectionString: database.url });
    await sql.connect();
  });
  afterEach(async () => {
    await relay.drain();
    await sql.end();
    await store.close();
    await database.drop();
  });

  /** As the scheduler made it when it was a day ahead. */
  const makeDay = async (start: number) => {
    const [from, to] = [firstCommandIdAt(start), firstCommandIdAt(start + DAY_MS)];
    for (const table of PARTITIONED_TABLES)
      await sql.query(
        `create table ${partitionName(table, start)} partition of ${table} for values from (${from}) to (${to})`,
      );
  };
  const handle = async (...signals: Signal[]): Promise<Outcome[]> => {
    const outcomes = await engine.handle(signals);
    await relay.drain();
    return outcomes;
  };
  /** Accepted on that day and still queued, as its device is away. */
  const queuedSince = async (start: number, deviceId = 'd'): Promise<CommandId> => {
    made += 1;
    const commandId = makeCommandId(start + 1_000, 1, made);
    await handle(
      { kind: 'device-unreachable', deviceId },
      { kind: 'submit', commandId, deviceId, request: requestFor(deviceId) },
    );
    return commandId;
  };
  const finishedOn = async (start: number, deviceId = 'd'): Promise<CommandId> => {
    const commandId = await queuedSince(start, deviceId);
    await handle({ kind: 'cancel', commandId, deviceId });
    return commandId;
  };
  const partitionsOf = async (start: number): Promise<string[]> => {
    const names = PARTITIONED_TABLES.map((table) => partitionName(table, start));
    const { rows } = await sql.query<{ relname: string }>('select relname from pg_class where relname = any($1)', [
      names,
    ]);
    return rows.map(({ relname }) => relname);
  };
  const rowsOf = async (commandId: CommandId) => [
    await store.commandReader.head(commandId),
    await store.commandReader.history(commandId),
  ];

  it('drops log, heads, deliveries and attempts of a day together, and keeps what is younger', async () => {
    for (const days of [31, 30]) await makeDay(daysAgo(days));
    const [old, young] = [await finishedOn(daysAgo(31)), await finishedOn(daysAgo(30))];
    expect(await store.dropOldDays(KEEP)).toEqual({ dropped: [dateOf(daysAgo(31))], kept: [], strays: 0 });
    expect(await partitionsOf(daysAgo(31))).toEqual([]);
    expect(await rowsOf(old)).toEqual([undefined, []]);
    expect(await partitionsOf(daysAgo(30))).toHaveLength(4);
    expect((await rowsOf(young))[1]).toHaveLength(2);
    expect(await store.dropOldDays(KEEP)).toEqual({ dropped: [], kept: [], strays: 0 });
  });

  it('keeps a whole day for one unfinished command, and drops it once that is finished', async () => {
    await makeDay(daysAgo(40));
    const finished = await finishedOn(daysAgo(40));
    const waiting = await queuedSince(daysAgo(40), 'sleeper');
    const kept = { dropped: [], kept: [{ day: dateOf(daysAgo(40)), because: 'unfinished-command' }], strays: 0 };
    expect(await store.dropOldDays(KEEP)).toEqual(kept);
    expect((await rowsOf(finished))[1]).toHaveLength(2);
    await handle({ kind: 'device-reachable', deviceId: 'sleeper' });
    expect(await store.dropOldDays(KEEP)).toEqual(kept);
    await handle({
      kind: 'device-answered',
      commandId: waiting,
      deviceId: 'sleeper',
      answer: { outcome: 'succeeded', result: null },
    });
    expect(await store.dropOldDays(KEEP)).toEqual({ dropped: [dateOf(daysAgo(40))], kept: [], strays: 0 });
    const { rows } = await sql.query(`select queued, in_flight from device_lane where device_id = 'sleeper'`);
    expect(rows).toEqual([{ queued: 0, in_flight: null }]);
  });

  it('leaves a lane usable: the next command of a device follows where the last one stood', async () => {
    await makeDay(daysAgo(40));
    await finishedOn(daysAgo(40));
    await store.dropOldDays(KEEP);
    const next = await queuedSince(today);
    expect((await store.commandReader.head(next))!.state).toMatchObject({ status: 'queued', lanePosition: 2 });
  });

  it('refuses what a device says about a command that is gone, as about any unknown one', async () => {
    await makeDay(daysAgo(40));
    const commandId = await finishedOn(daysAgo(40));
    await store.dropOldDays(KEEP);
    const [outcome] = await handle({ kind: 'device-acknowledged', commandId, deviceId: 'd' });
    expect(outcome).toMatchObject({ kind: 'rejected', rejection: { code: 'unknown-command' } });
  });

  it('keeps a day of which an application or the bus has still to hear', async () => {
    await makeDay(daysAgo(40));
    const commandId = await finishedOn(daysAgo(40));
    await sql.query(
      `insert into webhook_delivery values ($1, 1, 0, 'app', 'd', 'http://x', 't', 'b', 'pending', 0, 1)`,
      [commandId],
    );
    const day = dateOf(daysAgo(40));
    expect((await store.dropOldDays(KEEP)).kept).toEqual([{ day, because: 'pending-delivery' }]);
    await sql.query(`update webhook_delivery set status = 'exhausted', next_at = null`);
    await sql.query('insert into outbox values ($1, 1, 0)', [commandId]);
    expect((await store.dropOldDays(KEEP)).kept).toEqual([{ day, because: 'unpublished-fact' }]);
    await sql.query('delete from outbox');
    expect((await store.dropOldDays(KEEP)).dropped).toEqual([day]);
  });

  it('may be done by several at once', async () => {
    for (const days of [33, 34, 35]) await makeDay(daysAgo(days));
    const rounds = await Promise.all(Array.from({ length: 4 }, () => store.dropOldDays(KEEP)));
    await store.dropOldDays(KEEP);
    for (const days of [33, 34, 35]) expect(await partitionsOf(daysAgo(days))).toEqual([]);
    expect(rounds.every(({ kept }) => kept.every(({ because }) => because === 'busy'))).toBe(true);
  });

  it('deletes finished commands that never had a partition of their day, and leaves the unfinished', async () => {
    const [finished, waiting] = [await finishedOn(daysAgo(50)), await queuedSince(daysAgo(50), 'sleeper')];
    expect(await store.dropOldDays(KEEP)).toEqual({ dropped: [], kept: [], strays: 1 });
    expect(await rowsOf(finished)).toEqual([undefined, []]);
    expect(await store.commandReader.head(waiting)).toBeDefined();
  });

  it('deletes dead letters that were dealt with long ago, and keeps open ones however old', async () => {
    await sql.query(`insert into dead_letter (topic, topic_partition, topic_offset, recorded_at, groups, attempts, error, size, state, settled_at)
      values ('t', 0, 1, 0, '{}', 1, 'e', 0, 'discarded', 1), ('t', 0, 2, 0, '{}', 1, 'e', 0, 'open', null),
        ('t', 0, 3, 0, '{}', 1, 'e', 0, 'replayed', now_ms())`);
    await store.dropOldDays(KEEP);
    const { rows } = await sql.query('select topic_offset from dead_letter order by id');
    expect(rows).toEqual([{ topic_offset: '2' }, { topic_offset: '3' }]);
  });

  describe('beside a writer', () => {
    /** Submits without a pause until `until` is done; returns the longest that one took, in ms. */
    const slowestWriteDuring = async (until: Promise<unknown>): Promise<number> => {
      const over = new AbortController();
      const ended = until.finally(() => over.abort());
      let slowest = 0;
      while (!over.signal.aborted) {
        const before = performance.now();
        await queuedSince(today, `device-${made}`);
        slowest = Math.max(slowest, performance.now() - before);
      }
      await ended;
      return slowest;
    };

    it('holds it up for no longer than its locks may be waited for, and fails none of its transactions', async () => {
      for (let days = 31; days <= 50; days++) await makeDay(daysAgo(days));
      await queuedSince(today);
      const dropping = (async () => {
        for (let left = 20, tries = 0; left > 0 && tries < 100; tries++)
          left -= (await store.dropOldDays(KEEP)).dropped.length;
      })();
      expect(await slowestWriteDuring(dropping)).toBeLessThan(1_000);
      for (let days = 31; days <= 50; days++) expect(await partitionsOf(daysAgo(days))).toEqual([]);
    });

    it('gives up when somebody reads for long, and the writer hardly notices', async () => {
      await makeDay(daysAgo(40));
      await queuedSince(today);
      await sql.query('begin');
      await sql.query('select count(*) from command');
      const rounds: unknown[] = [];
      const trying = (async () => {
        for (let i = 0; i < 5; i++) rounds.push(...(await store.dropOldDays(KEEP)).kept);
      })();
      expect(await slowestWriteDuring(trying)).toBeLessThan(1_000);
      expect(rounds).toEqual(Array.from({ length: 5 }, () => ({ day: dateOf(daysAgo(40)), because: 'busy' })));
      await sql.query('rollback');
      expect((await store.dropOldDays(KEEP)).dropped).toEqual([dateOf(daysAgo(40))]);
    });
  });
});
