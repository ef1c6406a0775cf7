import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { LeasedCommandIds } from '@downlink/command-engine';
import { shardLeasesContract, workerNumbersContract } from '@downlink/command-engine/contracts';
import { createTestDatabase, type TestDatabase } from '@downlink/testing';
import { migrate } from '../migrate.js';
import { createPool } from '../pools/create-pool.js';
import { PostgresShardLeases } from './postgres-shard-leases.js';
import { PostgresWorkerNumbers } from './postgres-worker-numbers.js';

let database: TestDatabase;
let pool: pg.Pool;

beforeAll(async () => {
  database = await createTestDatabase({ template: migrate });
  const onConnectionError = (error: Error) => {
    throw error;
  };
  pool = createPool({ url: database.url, size: 8, applicationName: 'leases', onConnectionError });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

async function workerNumbers(): Promise<PostgresWorkerNumbers> {
  await pool.query('update worker_number set owner = null, expires_at = 0, reusable_at = 0');
  return new PostgresWorkerNumbers(pool);
}

describe('shard leases in Postgres', () => {
  shardLeasesContract(async () => {
    await pool.query('truncate shard_lease, replica');
    return new PostgresShardLeases(pool);
  });
});

describe('worker numbers in Postgres', () => {
  workerNumbersContract(workerNumbers);

  it('keep the ids of several generators apart', async () => {
    const numbers = await workerNumbers();
    const generators = ['a', 'a', 'b'].map((owner) => new LeasedCommandIds(numbers, { owner }));
    await Promise.all(generators.map((generator) => generator.start()));
    const ids = Array.from({ length: 3000 }, (_, at) => generators[at % 3]!.next());
    expect(new Set(ids).size).toBe(3000);
    await Promise.all(generators.map((generator) => generator.stop()));
  });
});
