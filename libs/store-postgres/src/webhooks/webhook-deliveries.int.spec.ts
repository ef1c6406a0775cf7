import { afterAll, beforeAll, describe } from '@jest/globals';
import type pg from 'pg';
import { webhookDeliveriesContract } from '@downlink/command-engine/contracts';
import { createTestDatabase, type TestDatabase } from '@downlink/testing';
import { migrate } from '../migrate.js';
import { createPool } from '../pools/create-pool.js';
import { PostgresWebhookDeliveries } from './postgres-webhook-deliveries.js';

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
});
