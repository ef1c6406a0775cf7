import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { firstCommandIdAt, makeCommandId } from '@downlink/command-domain';
import { createTestDatabase, type TestDatabase } from '@downlink/testing';
import type { Pool } from 'pg';
import { createPool, ensurePartitions, migrate } from '../index.js';

const DAY_MS = 86_400_000;

describe('ensurePartitions', () => {
  let database: TestDatabase;
  let pool: Pool;
  beforeEach(async () => {
    database = await createTestDatabase({ template: migrate });
    pool = createPool({ url: database.url, size: 5, applicationName: 'spec', onConnectionError: () => {} });
  });
  afterEach(async () => {
    await pool.end();
    await database.drop();
  });
  const insert = (id: string) =>
    pool.query(`insert into command_event values ($1, 1, 'CommandAccepted', 0, '{}')`, [id]);
  const home = async (id: string) =>
    (await pool.query('select tableoid::regclass::text as home from command_event where command_id = $1', [id])).rows;
  const dayIn = (days: number) => (Math.floor(Date.now() / DAY_MS) + days) * DAY_MS;
  const nameOf = (start: number) => `command_event_${new Date(start).toISOString().slice(0, 10).replaceAll('-', '')}`;

  it('makes the missing days of every table, and nothing the second time', async () => {
    const made = await ensurePartitions(pool, { daysAhead: 9 });
    expect(made).toEqual(expect.arrayContaining([nameOf(dayIn(8)), nameOf(dayIn(9))]));
    expect(made).not.toContain(nameOf(dayIn(7)));
    expect(await ensurePartitions(pool, { daysAhead: 9 })).toEqual([]);
  });

  it('may be called by several at once', async () => {
    await Promise.all(Array.from({ length: 5 }, () => ensurePartitions(pool, { daysAhead: 12 })));
    expect(await ensurePartitions(pool, { daysAhead: 12 })).toEqual([]);
  });

  it('puts a command into the day its id was made', async () => {
    const [first, last] = [firstCommandIdAt(dayIn(1)), makeCommandId(dayIn(2) - 1, 1023, 4095)];
    for (const id of [first, last]) {
      await insert(id);
      expect(await home(id)).toEqual([{ home: nameOf(dayIn(1)) }]);
    }
  });

  it('brings home what had to wait in the default partition', async () => {
    const id = firstCommandIdAt(dayIn(20));
    await insert(id);
    expect(await home(id)).toEqual([{ home: 'command_event_default' }]);
    await ensurePartitions(pool, { daysAhead: 20 });
    expect(await home(id)).toEqual([{ home: nameOf(dayIn(20)) }]);
  });

  it('lets reads and writes of other days go on while a day is made', async () => {
    const client = await pool.connect();
    try {
      await client.query('begin');
      await client.query(`insert into command_event values ($1, 1, 'CommandAccepted', 0, '{}')`, [
        firstCommandIdAt(dayIn(0)),
      ]);
      expect(await ensurePartitions(pool, { daysAhead: 8 })).toContain(nameOf(dayIn(8)));
    } finally {
      await client.query('rollback');
      client.release();
    }
  });

  it('lets a look-up by id open one partition only', async () => {
    const { rows } = await pool.query<{ 'QUERY PLAN': string }>(
      `explain select * from command_event where command_id = ${firstCommandIdAt(dayIn(3))}`,
    );
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).toContain(nameOf(dayIn(3)));
    expect(plan.match(/command_event_(\d{8}|default)(?= )/g)).toHaveLength(1);
  });
});
