import { readFile } from 'node:fs/promises';
import { startKafkaRelay } from '@downlink/bus';
import { CommandGateway, createEngine, DeadLetterDesk, LeasedCommandIds, SignalQueue } from '@downlink/command-engine';
import { FinalEvents, Quota } from '@downlink/northbound-kit';
import { applyProvisionFile, loadModelImporters } from '@downlink/provisioning';
import { retryForever, runMain, startServiceProcess } from '@downlink/runtime';
import { createPostgresStore, migrate } from '@downlink/store-postgres';
import { readConfig, type CommandApiConfig } from './config.js';
import { hearFinalFacts } from './hear-final-facts.js';
import { startCommandApi } from './start-command-api.js';

runMain(async (lifecycle) => {
  const config = readConfig();
  const { logger, health, metrics, owner } = await startServiceProcess(lifecycle, 'command-api', config);

  const store = createPostgresStore({
    url: config.DATABASE_URL,
    poolSize: config.DATABASE_POOL,
    secretsKey: config.SECRETS_KEY,
    applicationName: 'downlink command-api',
    onConnectionError: (err) => logger.warn({ err }, 'a database connection broke'),
  });
  lifecycle.onStop('store', () => store.close());
  const ids = new LeasedCommandIds(store.workerNumbers, {
    owner,
    onRenewalFailed: (err) => logger.warn({ err }, 'the lease of the worker number could not be renewed'),
  });
  lifecycle.onStop('worker number', () => ids.stop());
  await retryForever(
    async () => {
      await migrate(config.DATABASE_URL);
      await applyProvisionFile(config, store.registry);
      await ids.start();
    },
    { what: 'Postgres', logger, signal: lifecycle.stopping },
  );
  health.register('postgres', async () => store.health().then(() => ({ ok: true })));

  const kafka = { brokers: config.KAFKA_BROKERS, clientId: 'downlink-command-api', prefix: config.TOPIC_PREFIX };
  const facts = startKafkaRelay({ kafka, outbox: store.outbox, logger });
  lifecycle.onStop('relay', () => facts.close());
  const engine = createEngine(store.commandStore, facts.relay, { presenceLeaseMs: config.PRESENCE_LEASE });
  const finalEvents = new FinalEvents({ reader: store.commandReader, logger, capacity: config.WAITING_CALLS });
  const tail = hearFinalFacts(finalEvents, kafka, logger);
  lifecycle.onStop('final facts', () => tail.close());
  const api = await startCommandApi({
    sources: {
      commands: new CommandGateway(ids, new SignalQueue(engine), store.commandReader),
      reader: store.commandReader,
      registry: store.registry,
      tokens: store.accessTokens,
      modelImporters: await loadModelImporters(),
      webhooks: store.webhookDeliveries,
      strayAnswers: store.strayAnswers,
      cancelTasks: store.cancelTasks,
      batchTasks: store.batchTasks,
      subscriptions: store.subscriptions,
      deadLetters: new DeadLetterDesk({ letters: store.deadLetters, lanes: engine, records: facts.publisher }),
      finalEvents,
      quota: new Quota({ counts: store.callCounts, logger }),
    },
    dialects: dialectOptions(config),
    port: config.PORT,
    host: config.HOST,
    ...(await httpsOf(config)),
    ...(config.TRUSTED_PROXIES && { trustedProxies: config.TRUSTED_PROXIES }),
    logger,
    metrics,
    health,
  });
  lifecycle.onStop('http server', () => api.stop());
  logger.info({ port: api.port }, 'ready');
});

function dialectOptions(config: CommandApiConfig): Parameters<typeof startCommandApi>[0]['dialects'] {
  const { FIRST_WAIT: firstWaitMs, ANSWER_WITHIN: answerWithinMs } = config;
  const delivery = {
    ...(firstWaitMs !== undefined && { firstWaitMs }),
    ...(answerWithinMs !== undefined && { answerWithinMs }),
  };
  return {
    huawei: { delivery, callbacksOfOneServer: config.HUAWEI_CALLBACKS_OF_ONE_SERVER },
    enos: {
      ...(config.ENOS_TOKEN_LIFE !== undefined && { accessTokenMs: config.ENOS_TOKEN_LIFE }),
      ...(config.ENOS_CLOCK_SKEW !== undefined && { clockSkewMs: config.ENOS_CLOCK_SKEW }),
    },
    quectel: {
      delivery: { ...delivery, ...(config.QUECTEL_LANE_CAP !== undefined && { laneCap: config.QUECTEL_LANE_CAP }) },
      ...(config.QUECTEL_TOKEN_LIFE !== undefined && { tokenMs: config.QUECTEL_TOKEN_LIFE }),
    },
    native: { adminKey: config.ADMIN_KEY, delivery, batchBodyLimit: config.BATCH_BODY_LIMIT },
  };
}

async function httpsOf({ TLS_CERT, TLS_KEY }: CommandApiConfig): Promise<{ https?: { cert: string; key: string } }> {
  if (TLS_CERT === undefined || TLS_KEY === undefined) return {};
  return { https: { cert: await readFile(TLS_CERT, 'utf8'), key: await readFile(TLS_KEY, 'utf8') } };
}
