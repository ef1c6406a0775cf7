import { afterAll, beforeAll, describe } from '@jest/globals';
import type pg from 'pg';
import { callCountsContract } from '@downlink/command-engine/contracts';
import { createTestDatabase, type TestDatabase } from '@downlink/testing';
import { migrate } from '../migrate.js';
import { createPool } from '../pools/create-pool.js';
import { PostgresCallCounts } from './postgres-call-counts.js';

describe('call counts in Postgres', () => {
  let database: TestDatabase;
  let pool: pg.Pool;

  beforeAll(async () => {
    database = await createTestDatabase({ template: migrate });
    const onConnectionError = (error: Error) => {
      throw error;
    };
    pool = createPool({ url: database.url, size: 8, applicationName: 'call counts', onConnectionError });
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });

  callCountsContract(async () => {
    await pool.query('truncate call_count');
    return new PostgresCallCounts(pool);
  });
});
