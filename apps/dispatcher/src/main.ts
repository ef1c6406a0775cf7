import { KafkaFactServer, poisonTo, startKafkaRelay, type KafkaSettings } from '@downlink/bus';
import { createEngine, DeadLetterIntake } from '@downlink/command-engine';
import { applyProvisionFile } from '@downlink/provisioning';
import { retryForever, runMain, startServiceProcess } from '@downlink/runtime';
import { createPostgresStore, migrate } from '@downlink/store-postgres';
import { directUplinks, readConfig } from './config.js';
import { DISPATCHING, startDispatcher } from './start-dispatcher.js';

runMain(async (lifecycle) => {
  const config = readConfig();
  const { logger, health, metrics, owner } = await startServiceProcess(lifecycle, 'dispatcher', config);
  const store = createPostgresStore({
    url: config.DATABASE_URL,
    poolSize: config.DATABASE_POOL,
    ...(config.SECRETS_KEY !== undefined && { secretsKey: config.SECRETS_KEY }),
    applicationName: 'downlink dispatcher',
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
  health.register('postgres', async () => store.health().then(() => ({ ok: true })));

  const kafka: KafkaSettings = {
    brokers: config.KAFKA_BROKERS,
    clientId: 'downlink-dispatcher',
    prefix: config.TOPIC_PREFIX,
  };
  const facts = startKafkaRelay({ kafka, outbox: store.outbox, logger });
  lifecycle.onStop('relay', () => facts.close());
  const engine = createEngine(store.commandStore, facts.relay, { presenceLeaseMs: config.PRESENCE_LEASE });
  const onPoison = poisonTo(new DeadLetterIntake(store.deadLetters, engine));
  const dispatcher = await startDispatcher({
    engine,
    reader: store.commandReader,
    claims: store.attemptClaims,
    strays: store.strayAnswers,
    direct: directUplinks(config),
    turns: { burst: config.RECONNECT_BURST, perSecond: config.RECONNECT_RATE },
    registry: store.registry,
    leases: store.shardLeases,
    facts: new KafkaFactServer({ kafka, group: `${config.TOPIC_PREFIX}.dispatcher`, logger, onPoison, ...DISPATCHING }),
    broker: {
      url: config.MQTT_URL,
      window: config.MQTT_WINDOW,
      ...(config.MQTT_USERNAME === undefined ? {} : { username: config.MQTT_USERNAME }),
      ...(config.MQTT_PASSWORD === undefined ? {} : { password: config.MQTT_PASSWORD }),
    },
    owner,
    logger,
    metrics,
    health,
  });
  lifecycle.onStop('dispatcher', () => dispatcher.stop());
  logger.info('ready');
});
