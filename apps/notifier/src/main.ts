import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { KafkaFactServer } from '@downlink/bus';
import { DEFAULT_RETRY_TIMES } from '@downlink/callback-http';
import {
  createLogger,
  HealthRegistry,
  Metrics,
  retryForever,
  runMain,
  startOperationsServer,
  type Lifecycle,
  type Logger,
} from '@downlink/runtime';
import { createPostgresStore, migrate, type PostgresStore } from '@downlink/store-postgres';
import { readConfig, type NotifierConfig } from './config.js';
import { startNotifier } from './start-notifier.js';
import type { NotifierSettings } from './notifier.service.js';

runMain(async (lifecycle) => {
  const config = readConfig();
  const logger = createLogger({ service: 'notifier', level: config.LOG_LEVEL, format: config.LOG_FORMAT });
  lifecycle.configure({ logger, stopTimeoutMs: config.STOP_TIMEOUT });
  const health = new HealthRegistry({ stopping: lifecycle.stopping });
  const metrics = new Metrics({ service: 'notifier' });
  const operations = await startOperationsServer({ port: config.OPERATIONS_PORT, health, metrics });
  lifecycle.onStop('operations server', () => operations.close());

  const store = await openStore(config, logger, lifecycle);
  health.register('postgres', async () => store.health().then(() => ({ ok: true })));
  const kafka = { brokers: config.KAFKA_BROKERS, clientId: 'downlink-notifier', prefix: config.TOPIC_PREFIX };
  const notifier = await startNotifier({
    facts: new KafkaFactServer({ group: `${config.TOPIC_PREFIX}.notifier`, kafka, logger }),
    deliveries: store.webhookDeliveries,
    leases: store.shardLeases,
    metrics,
    logger,
    owner: `${hostname()}-${process.pid}-${randomUUID()}`,
    settings: settingsOf(config),
  });
  lifecycle.onStop('notifier', () => notifier.stop(), { timeoutMs: 20_000 });
  logger.info({ operationsPort: operations.port }, 'ready');
});

function settingsOf(config: NotifierConfig): NotifierSettings {
  const totalTimeoutMs = config.WEBHOOK_TIMEOUT;
  const attemptNeedsMs = totalTimeoutMs + 2_000;
  return {
    sender: { totalTimeoutMs, connectionsPerOrigin: config.WEBHOOK_CONCURRENCY },
    runner: {
      concurrency: config.WEBHOOK_CONCURRENCY,
      concurrencyPerKey: config.WEBHOOK_CONCURRENCY_PER_ORIGIN,
      capacity: config.WEBHOOK_CAPACITY,
      attemptNeedsMs,
      // Half of a claim is for waiting, half for the attempt.
      claimMs: 2 * attemptNeedsMs,
    },
    retries: { ...DEFAULT_RETRY_TIMES, delaysMs: config.WEBHOOK_SCHEDULE },
  };
}

async function openStore(config: NotifierConfig, logger: Logger, lifecycle: Lifecycle): Promise<PostgresStore> {
  const store = createPostgresStore({
    url: config.DATABASE_URL,
    poolSize: config.DATABASE_POOL,
    applicationName: 'downlink notifier',
    onConnectionError: (err) => logger.warn({ err }, 'a database connection broke'),
  });
  lifecycle.onStop('store', () => store.close());
  await retryForever(() => migrate(config.DATABASE_URL), { what: 'Postgres', logger, signal: lifecycle.stopping });
  return store;
}
