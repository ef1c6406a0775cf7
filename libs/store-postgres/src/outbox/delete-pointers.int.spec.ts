import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { makeCommandId } from '@downlink/command-domain';
import { createTestDatabase, type TestDatabase } from '@downlink/testing';
import type pg from 'pg';
import { createPool, migrate } from '../index.js';
import { deletePointers } from './delete-pointers.js';

describe('forgetting published facts', () => {
  let database: TestDatabase;
  let pool: pg.Pool;
  beforeEach(async () => {
    database = await createTestDatabase({ template: migrate });
    pool = createPool({ url: database.url, size: 4, applicationName: 'spec', onConnectionError: () => undefined });
  });
  afterEach(async () => {
    await pool.end();
    await database.drop();
  });

  const pointers = (count: number) =>
    Array.from({ length: count }, (_, n) => ({ commandId: makeCommandId(1_800_000_000_000 + n, 1, 0), version: 1 }));
  const leave = (count: number) =>
    pool.query('insert into outbox (command_id, version, shard) select unnest($1::bigint[]), 1, 0', [
      pointers(count).map(({ commandId }) => commandId),
    ]);
  const left = async (): Promise<number> => (await pool.query('select from outbox')).rowCount!;

  it('looks each pointer up in a backlog, also when the outbox was empty whenever anybody counted', async () => {
    await pool.query('vacuum (analyze) outbox');
    await deletePointers(pool, pointers(1));
    await leave(100_000);
    const startedAt = performance.now();
    await deletePointers(pool, pointers(10_000));
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    expect(await left()).toBe(90_000);
  });

  it('may be asked of several for the same facts at once', async () => {
    await leave(5_000);
    const [there, back] = [pointers(5_000), pointers(5_000).toReversed()];
    await Promise.all([there, back, there, back].map((some) => deletePointers(pool, some)));
    expect(await left()).toBe(0);
  });
});
