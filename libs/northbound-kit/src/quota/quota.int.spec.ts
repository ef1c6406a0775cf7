import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import { createPostgresStore, migrate, type PostgresStore } from '@downlink/store-postgres';
import { createTestDatabase, type TestDatabase } from '@downlink/testing';
import { TroubleError } from '../dialect/trouble-error.js';
import { Quota } from './quota.js';

const CALLS_PER_SECOND = 200;
const TICK_MS = 10;

describe('a quota over two processes', () => {
  let database: TestDatabase;
  const stores: PostgresStore[] = [];

  beforeAll(async () => {
    database = await createTestDatabase({ template: migrate });
  });
  afterAll(async () => {
    await Promise.all(stores.map((store) => store.close()));
    await database.drop();
  });

  function newProcess(): Quota {
    const rethrow = (error: Error) => {
      throw error;
    };
    const store = createPostgresStore({ url: database.url, poolSize: 2, onConnectionError: rethrow });
    stores.push(store);
    const warn = (details: object) => {
      throw new Error('an exchange failed', { cause: details });
    };
    return new Quota({ counts: store.callCounts, logger: { warn } });
  }

  /** Lets the minute end first when too little is left of it for the test. */
  async function leaveRoom(ms: number): Promise<void> {
    const left = 60_000 - ((await stores[0]!.now()) % 60_000);
    if (left < ms) await pause(left + 50);
  }

  it('is overrun by what the others take between two exchanges, and then by nothing', async () => {
    const quotas = [newProcess(), newProcess()];
    await leaveRoom(8_000);
    const application = { id: 'app', callsPerMinute: 500 };
    let taken = 0;
    const began = performance.now();
    let asked = 0;
    while (performance.now() - began < 5_000) {
      const due = ((performance.now() - began) / 1_000) * CALLS_PER_SECOND;
      for (; asked < due; asked++) {
        for (const quota of quotas) taken += take(quota, application);
      }
      await pause(TICK_MS);
    }
    await Promise.all(quotas.map((quota) => quota.close()));
    // One process asks 1,000 times in these five seconds, both together 2,000 times.
    expect(taken).toBeGreaterThanOrEqual(500);
    expect(taken).toBeLessThanOrEqual(500 + 2 * CALLS_PER_SECOND);
    expect(quotas.map((quota) => take(quota, application))).toEqual([0, 0]);
  }, 90_000);
});

function take(quota: Quota, application: { id: string; callsPerMinute: number }): number {
  try {
    quota.take(application);
    return 1;
  } catch (error) {
    if (error instanceof TroubleError) return 0;
    throw error;
  }
}
