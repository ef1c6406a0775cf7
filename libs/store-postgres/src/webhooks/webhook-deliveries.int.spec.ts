import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeCommandId } from '@downlink/command-domain';
import type pg from 'pg';
import { webhookDeliveriesContract } from '@downlink/command-engine/contracts';
import { createTestDatabase, type TestDatabase } from '@downlink/testing';
import { migrate } from '../migrate.js';
import { createPool } from '../pools/create-pool.js';
import { PostgresWebhookDeliveries } from './postgres-webhook-deliveries.js';
import { settleAttempts } from './settle-attempts.js';

let database: TestDatabase;
let pools: pg.Pool[];

beforeAll(async () => {
  database = await createTestDatabase({ template: migrate });
  const onConnectionError = (error: Error) => {
    throw error;
  };
  pools = ['one', 'other'].map((applicationName) =>
    createPool({ url: database.url, size: 4, applicationName, onConnectionError }),
  );
});
afterAll(async () => {
  await Promise.all(pools.map((pool) => pool.end()));
  await database.drop();
});

describe('webhook deliveries in Postgres', () => {
  webhookDeliveriesContract(async () => {
    await pools[0]!.query('truncate webhook_delivery, webhook_attempt');
    return [new PostgresWebhookDeliveries(pools[0]!), new PostgresWebhookDeliveries(pools[1]!)];
  });

  it('are dated by the clock of the database, whatever the clock of the host says', async () => {
    const deliveries = new PostgresWebhookDeliveries(pools[0]!);
    const commandId = makeCommandId(Date.UTC(2026, 10, 21), 9, 9);
    const about = { webhookId: `${commandId}-3`, commandId, version: 3 };
    const url = 'https://example.com/';
    const told = { deviceId: 'd', applicationId: 'a', url, contentType: 'text/plain', body: '' };
    await deliveries.enqueue([{ ...about, ...told }], 60_000);
    const { rows } = await pools[0]!.query<{ now: string }>('select now_ms() as now');
    const ending = { outcome: 'succeeded', status: 200, response: null, error: null, retryInMs: null } as const;
    const clocks = { startedAt: 7_200_000, beganAt: performance.now() - 30_000, durationMs: 20_000 };
    await deliveries.record([{ ...about, ...clocks, ...ending }], 60_000);
    const [record] = await deliveries.ofCommand(commandId);
    expect(Math.abs(record!.log[0]!.startedAt - (Number(rows[0]!.now) - 30_000))).toBeLessThan(5_000);
  });

  it('are settled on disk before the next one of their command may be sent', async () => {
    const deliveries = new PostgresWebhookDeliveries(pools[0]!);
    const commandId = makeCommandId(Date.UTC(2026, 10, 22), 9, 9);
    const told = {
      deviceId: 'd',
      applicationId: 'a',
      url: 'https://example.com/',
      contentType: 'text/plain',
      body: '',
    };
    const about = (version: number) => ({ webhookId: `${commandId}-${version}`, commandId, version });
    await deliveries.enqueue(
      [3, 4].map((version) => ({ ...about(version), ...told })),
      60_000,
    );
    const ending = { outcome: 'succeeded', status: 200, response: null, error: null, retryInMs: null } as const;
    const settled = async (version: number): Promise<{ claims: number; synchronousCommit: string }> => {
      const client = await pools[0]!.connect();
      try {
        await client.query('begin; set local synchronous_commit = off');
        const claimed = await settleAttempts(
          client,
          [{ ...about(version), startedAt: 1, durationMs: 1, ...ending }],
          60_000,
        );
        const { rows } = await client.query<{ synchronous_commit: string }>('show synchronous_commit');
        await client.query('commit');
        return { claims: claimed.length, synchronousCommit: rows[0]!.synchronous_commit };
      } finally {
        client.release();
      }
    };
    expect(await settled(3)).toEqual({ claims: 1, synchronousCommit: 'on' });
    expect(await settled(4)).toEqual({ claims: 0, synchronousCommit: 'off' });
  });
});
