import { startKafkaRelay } from '@downlink/bus';
import { createEngine } from '@downlink/command-engine';
import { applyProvisionFile } from '@downlink/provisioning';
import { retryForever, runMain, startServiceProcess, type Lifecycle, type Logger } from '@downlink/runtime';
import { createPostgresStore, migrate, type PostgresStore } from '@downlink/store-postgres';
import { readConfig, type SchedulerConfig } from './config.js';
import { PatientRelay } from './patient-relay.js';
import { DEFAULT_SCHEDULER_SETTINGS } from './scheduler.service.js';
import { startScheduler } from './start-scheduler.js';

runMain(async (lifecycle) => {
  const config = readConfig();
  const { logger, health, metrics, owner } = await startServiceProcess(lifecycle, 'scheduler', config);
  const store = await openStore(config, logger, lifecycle);
  health.register('postgres', async () => store.health().then(() => ({ ok: true })));
  const kafka = { brokers: config.KAFKA_BROKERS, clientId: 'downlink-scheduler', prefix: config.TOPIC_PREFIX };
  const facts = startKafkaRelay({ kafka, outbox: store.outbox, logger });
  lifecycle.onStop('relay', () => facts.close());
  const patient = new PatientRelay(facts.relay, logger);

  const scheduler = await startScheduler({
    engine: createEngine(store.commandStore, patient, { presenceLeaseMs: config.PRESENCE_LEASE }),
    dueCommands: store.dueCommands,
    cancelTasks: store.cancelTasks,
    batchTasks: store.batchTasks,
    idleLanes: store.idleLanes,
    strayAnswers: store.strayAnswers,
    outbox: store.outbox,
    publisher: facts.publisher,
    ownFacts: {
      waiting: () => facts.relay.waiting + patient.waiting,
      fired: (latenessMs) => patient.fired(latenessMs),
    },
    leases: store.shardLeases,
    ensurePartitions: (options) => store.ensurePartitions(options),
    dropOldDays: (options) => store.dropOldDays(options),
    purgeIdempotencyKeys: () => store.purgeIdempotencyKeys(),
    metrics,
    logger,
    owner,
    settings: {
      partitions: { ...DEFAULT_SCHEDULER_SETTINGS.partitions, daysAhead: config.PARTITION_DAYS_AHEAD },
      retention: { ...DEFAULT_SCHEDULER_SETTINGS.retention, keepDays: config.RETENTION_DAYS },
    },
  });
  lifecycle.onStop('scheduler', async () => {
    await scheduler.stop();
    patient.flush();
  });
  logger.info('ready');
});

async function openStore(config: SchedulerConfig, logger: Logger, lifecycle: Lifecycle): Promise<PostgresStore> {
  const store = createPostgresStore({
    url: config.DATABASE_URL,
    poolSize: config.DATABASE_POOL,
    ...(config.SECRETS_KEY !== undefined && { secretsKey: config.SECRETS_KEY }),
    applicationName: 'downlink scheduler',
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
