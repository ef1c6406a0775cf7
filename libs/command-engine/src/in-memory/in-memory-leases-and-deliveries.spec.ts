import { describe } from '@jest/globals';
import { callCountsContract } from '../contracts/call-counts.contract.js';
import { shardLeasesContract } from '../contracts/shard-leases.contract.js';
import { webhookDeliveriesContract } from '../contracts/webhook-deliveries.contract.js';
import { workerNumbersContract } from '../contracts/worker-numbers.contract.js';
import { InMemoryCallCounts } from './in-memory-call-counts.js';
import { InMemoryShardLeases } from './in-memory-shard-leases.js';
import { InMemoryWebhookDeliveries } from './in-memory-webhook-deliveries.js';
import { InMemoryWorkerNumbers } from './in-memory-worker-numbers.js';

describe('call counts in memory', () => callCountsContract(() => Promise.resolve(new InMemoryCallCounts())));

describe('shard leases in memory', () => shardLeasesContract(() => Promise.resolve(new InMemoryShardLeases())));

describe('worker numbers in memory', () => workerNumbersContract(() => Promise.resolve(new InMemoryWorkerNumbers())));

describe('webhook deliveries in memory', () => {
  webhookDeliveriesContract(() => {
    const deliveries = new InMemoryWebhookDeliveries();
    return Promise.resolve([deliveries, deliveries]);
  });
});
