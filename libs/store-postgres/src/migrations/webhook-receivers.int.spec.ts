import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { makeCommandId } from '@downlink/command-domain';
import { createEmptyDatabase, type TestDatabase } from '@downlink/testing';
import pg from 'pg';
import { createPool } from '../pools/create-pool.js';
import { PostgresWebhookDeliveries } from '../webhooks/postgres-webhook-deliveries.js';
import { migrations } from './index.js';

const steps = migrations.map((migration) => new migration());
const numberOf = ({ name }: { name: string }) => Number(name.slice(-13));

describe('the migration to several receivers of an event', () => {
  let database: TestDatabase;
  let client: pg.Client;
  beforeEach(async () => {
    database = await createEmptyDatabase();
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
  });
  afterEach(async () => {
    await client.end();
    await database.drop();
  });

  it('keeps what was to be told, its attempts, and the ids of its webhooks', async () => {
    const commandId = makeCommandId(Date.UTC(2026, 10, 21), 1, 1);
    for (const step of steps.filter((each) => numberOf(each) < 13)) await client.query(step.sql);
    await client.query(
      `insert into webhook_delivery values ($1, 3, 0, 'app', 'd', 'http://x/', 't', 'b', 'pending', 1, 1)`,
      [commandId],
    );
    await client.query(`insert into webhook_attempt values ($1, 3, 1, 5, 6, 'failed', 500, null, 'status-500', 7)`, [
      commandId,
    ]);
    for (const step of steps.filter((each) => numberOf(each) >= 13)) await client.query(step.sql);
    const pool = createPool({
      url: database.url,
      size: 1,
      applicationName: 'spec',
      onConnectionError: (error) => {
        throw error;
      },
    });
    const [record] = await new PostgresWebhookDeliveries(pool).ofCommand(commandId);
    await pool.end();
    expect(record).toMatchObject({
      webhookId: `${commandId}-3`,
      version: 3,
      status: 'pending',
      attempts: 1,
      body: 'b',
    });
    expect(record).not.toHaveProperty('receiver');
    expect(record!.log).toMatchObject([{ attempt: 1, startedAt: 5, error: 'status-500' }]);
  });
});
