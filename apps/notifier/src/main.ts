import { KafkaFactServer, poisonTo } from '@downlink/bus';
import { DEFAULT_RETRY_TIMES } from '@downlink/callback-http';
import { createEngine, DeadLetterIntake } from '@downlink/command-engine';
import { applyProvisionFile } from '@downlink/provisioning';
import { retryForever, runMain, startServiceProcess, type Lifecycle, type Logger } from '@downlink/runtime';
import { createPostgresStore, migrate, type PostgresStore } from '@downlink/store-postgres';
import { readConfig, type NotifierConfig } from './config.js';
import { startNotifier } from './start-notifier.js';
import type { NotifierSettings } from './notifier.service.js';

runMain(async (lifecycle) => {
  const config = readConfig();
  const { logger, health, metrics, owner } = await startServiceProcess(lifecycle, 'notifier', config);
  const store = await openStore(config, logger, lifecycle);
  health.register('postgres', async () => store.health().then(() => ({ ok: true })));
  // All that it ever asks of the engine is to block a lane. Should one be freed instead, the scheduler publishes from the outbox.
  const engine = createEngine(store.commandStore, { handOver: () => undefined });
  const onPoison = poisonTo(new DeadLetterIntake(store.deadLetters, engine));
  const kafka = { brokers: config.KAFKA_BROKERS, clientId: 'downlink-notifier', prefix: config.TOPIC_PREFIX };
  const notifier = await startNotifier({
    facts: new KafkaFactServer({ group: `${config.TOPIC_PREFIX}.notifier`, kafka, logger, onPoison }),
    deliveries: store.webhookDeliveries,
    reader: store.commandReader,
    subscriptions: store.subscriptions,
    leases: store.shardLeases,
    askTime: () => store.now(),
    metrics,
    logger,
    owner,
    settings: settingsOf(config),
  });
  lifecycle.onStop('notifier', () => notifier.stop(), { timeoutMs: 20_000 });
  logger.info('ready');
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
    huaweiCallbacks: { resultCodes: config.HUAWEI_RESULT_CODES, pushWithdrawn: config.HUAWEI_PUSH_WITHDRAWN },
    retries: { ...DEFAULT_RETRY_TIMES, delaysMs: config.WEBHOOK_SCHEDULE },
  };
}

async function openStore(config: NotifierConfig, logger: Logger, lifecycle: Lifecycle): Promise<PostgresStore> {
  const store = createPostgresStore({
    url: config.DATABASE_URL,
    poolSize: config.DATABASE_POOL,
    ...(config.SECRETS_KEY !== undefined && { secretsKey: config.SECRETS_KEY }),
    applicationName: 'downlink notifier',
    onConnectionError: (err) => logger.warn({ err }, 'a database connection broke'),
  });
  lifecycle.onStop('store', () => store.close());
  await retryForever(
    async () => {
      await migrate(config.DATABASE_URL);
      await applyProvisionFile(config, store.registry);
    },
    { what: 'Postgres', logger, signal: lifecycle.stopping },
  );
  return store;
}
