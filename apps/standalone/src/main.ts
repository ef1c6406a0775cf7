import { applyProvisionFile } from '@downlink/provisioning';
import {
  ConfigError,
  createLogger,
  HealthRegistry,
  Metrics,
  runMain,
  type Lifecycle,
  type Logger,
} from '@downlink/runtime';
import { DISPATCHING, startDispatcher } from '../../dispatcher/src/start-dispatcher.js';
import { startNotifier } from '../../notifier/src/start-notifier.js';
import { DEFAULT_SCHEDULER_SETTINGS } from '../../scheduler/src/scheduler.service.js';
import { startScheduler } from '../../scheduler/src/start-scheduler.js';
import { readConfig, type StandaloneConfig } from './config.js';
import { createCore, type Core } from './core.js';
import { DataFolder, type InstallationSecrets } from './data-folder.js';
import { demoDeclaration, demoDevices, demoFile, type DemoUrls } from './demo.js';
import { startDeviceBroker, type DeviceBroker } from './device-broker.js';
import { deviceTls } from './device-tls.js';
import { startEmbeddedPostgres } from './embedded-postgres.js';
import { startRest } from './rest.js';
import { sendSampleCommand, timeline } from './sample-command.js';
import { startSimulatedDevices } from './simulated-devices.js';

const OWNER = `standalone-${process.pid}`;

runMain(async (lifecycle) => {
  const config = readConfig();
  const logger = createLogger({ service: 'standalone', level: config.LOG_LEVEL, format: config.LOG_FORMAT });
  lifecycle.configure({ logger, stopTimeoutMs: config.STOP_TIMEOUT });
  const folder = new DataFolder(config.DATA_DIR);
  lifecycle.onStop('data folder', lockOrExplain(folder));
  const secrets = folder.secrets();

  const postgres = await startEmbeddedPostgres(folder, secrets.databasePassword, logger);
  lifecycle.onStop('Postgres', () => postgres.stop());
  const core = await createCore({
    databaseUrl: postgres.url,
    secretsKey: secrets.secretsKey,
    deadLetters: folder.file('dead-letters.jsonl'),
    owner: OWNER,
    logger,
  });
  lifecycle.onStop('core', () => core.stop());

  const devices = demoDevices(secrets, config.SIMULATED_DEVICES);
  await core.store.registry.apply(demoDeclaration(secrets, devices));
  await applyProvisionFile({ ...config, PROVISION_MADE: folder.file('provisioned.jsonl') }, core.store.registry);

  const metrics = new Metrics({ service: 'standalone' });
  const health = new HealthRegistry({ stopping: lifecycle.stopping });
  const broker = await startDeviceBroker({
    port: config.MQTT_PORT,
    host: config.HOST,
    tls: await deviceTls(config, folder),
    registry: core.store.registry,
    signals: core.signals,
    platformPassword: secrets.mqttPassword,
    logger,
    metrics,
    health,
  });
  lifecycle.onStop('device broker', () => broker.close());
  const urls = await startServices(lifecycle, { config, core, broker, secrets, folder, logger, metrics, health });

  if (config.SIMULATED_DEVICES > 0) {
    const simulated = await startSimulatedDevices(urls.mqtt, devices);
    lifecycle.onStop('simulated devices', () => simulated.stop());
  }
  folder.write('demo.json', demoFile(secrets, devices, urls));
  if (config.SIMULATED_DEVICES > 0) await showSampleCommand(urls.http, secrets.demo.nativeKey, devices[0]!.id);
  process.stdout.write(
    `ready: REST at ${urls.http}, devices at ${urls.mqtt}, demo credentials in ${folder.file('demo.json')}\n`,
  );
});

interface ServiceParts {
  readonly config: StandaloneConfig;
  readonly core: Core;
  readonly broker: DeviceBroker;
  readonly secrets: InstallationSecrets;
  readonly folder: DataFolder;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly health: HealthRegistry;
}

/** The four services, each as its own app has it, on one core. */
async function startServices(lifecycle: Lifecycle, parts: ServiceParts): Promise<DemoUrls> {
  const { core, broker, logger, metrics, health } = parts;
  const { store, engine } = core;
  health.register('postgres', async () => store.health().then(() => ({ ok: true })));
  const common = { leases: store.shardLeases, owner: OWNER, logger, metrics };
  const mqtt = `mqtt://127.0.0.1:${broker.port}`;
  const mqtts = broker.tlsPort === undefined ? {} : { mqtts: `mqtts://127.0.0.1:${broker.tlsPort}` };

  const notifier = await startNotifier({
    ...common,
    deliveries: store.webhookDeliveries,
    reader: store.commandReader,
    subscriptions: store.subscriptions,
    facts: core.facts('notifier'),
  });
  lifecycle.onStop('notifier', () => notifier.stop());
  const dispatcher = await startDispatcher({
    ...common,
    engine,
    reader: store.commandReader,
    claims: store.attemptClaims,
    strays: store.strayAnswers,
    registry: store.registry,
    facts: core.facts('dispatcher', DISPATCHING),
    broker: broker.platform,
    gate: (publisher) => broker.gate(publisher),
    health,
  });
  lifecycle.onStop('dispatcher', () => dispatcher.stop());
  const scheduler = await startScheduler({
    ...common,
    engine,
    dueCommands: store.dueCommands,
    cancelTasks: store.cancelTasks,
    batchTasks: store.batchTasks,
    idleLanes: store.idleLanes,
    strayAnswers: store.strayAnswers,
    outbox: store.outbox,
    publisher: core.bus,
    ensurePartitions: (options) => store.ensurePartitions(options),
    dropOldDays: (options) => store.dropOldDays(options),
    purgeIdempotencyKeys: () => store.purgeIdempotencyKeys(),
    settings: { retention: { ...DEFAULT_SCHEDULER_SETTINGS.retention, keepDays: parts.config.RETENTION_DAYS } },
  });
  lifecycle.onStop('scheduler', () => scheduler.stop());
  const rest = await startRest(parts, { metrics, health, mqtt });
  lifecycle.onStop('REST', () => rest.stop());
  return { ...rest.urls, mqtt, ...mqtts };
}

function lockOrExplain(folder: DataFolder): () => void {
  try {
    return folder.lock();
  } catch (error) {
    throw new ConfigError([{ variable: 'DATA_DIR', problem: error instanceof Error ? error.message : String(error) }]);
  }
}

async function showSampleCommand(base: string, key: string, deviceId: string): Promise<void> {
  const { id, events } = await sendSampleCommand(base, key, deviceId);
  process.stdout.write(`sample command ${id} to ${deviceId}:\n${timeline(events)}\n`);
}
