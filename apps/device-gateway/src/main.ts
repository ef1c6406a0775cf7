import { applyProvisionFile } from '@downlink/provisioning';
import { retryForever, runMain, startServiceProcess, type Lifecycle, type ServiceProcess } from '@downlink/runtime';
import { MqttPublisher, PasswordGuard, PresencePublisher, RegistryAuthenticator } from '@downlink/southbound-mqtt';
import { createPostgresStore, migrate } from '@downlink/store-postgres';
import {
  brokerAccount,
  gatewayLimits,
  readConfig,
  tlsSettings,
  upstreamBroker,
  type DeviceGatewayConfig,
} from './config.js';
import { observePresence } from './device-gateway.metrics.js';
import { startDeviceGateway } from './start-device-gateway.js';

/** The whole stop has 25 s: most of them for saying of every device that it is not connected any more. */
const GATEWAY_STOP_MS = 15_000;
const PRESENCE_STOP_MS = 8_000;

runMain(async (lifecycle) => {
  const config = readConfig();
  const service = await startServiceProcess(lifecycle, 'device-gateway', config);
  const { logger, health, metrics } = service;
  const store = createPostgresStore({
    url: config.DATABASE_URL,
    poolSize: config.DATABASE_POOL,
    secretsKey: config.SECRETS_KEY,
    applicationName: 'downlink device-gateway',
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
  const gateway = await startDeviceGateway({
    ...(config.HOST !== undefined && { host: config.HOST }),
    port: config.MQTT_PORT === 'off' ? undefined : config.MQTT_PORT,
    tls: tlsSettings(config),
    upstream: upstreamBroker(config),
    authenticator: new RegistryAuthenticator({ registry: store.registry, guard: passwordGuard(config), logger }),
    presence: await startPresence(lifecycle, service, config),
    models: store.registry,
    limits: gatewayLimits(config),
    logger,
    metrics,
    health,
  });
  lifecycle.onStop('devices', () => gateway.stop(), { timeoutMs: GATEWAY_STOP_MS });
  logger.info({ port: gateway.port, tlsPort: gateway.tlsPort }, 'ready');
});

function passwordGuard(config: DeviceGatewayConfig): PasswordGuard {
  return new PasswordGuard({ addresses: config.DEVICE_ADDRESSES });
}

/** The gateway's own connection to the broker, on which it tells who is there. The broker need not be there yet. */
async function startPresence(
  lifecycle: Lifecycle,
  { logger, health, metrics, owner }: ServiceProcess,
  config: DeviceGatewayConfig,
): Promise<PresencePublisher> {
  const publisher = new MqttPublisher({
    url: config.MQTT_URL,
    clientId: `downlink-gateway-${owner}`,
    ...brokerAccount(config),
    logger,
  });
  const presence = new PresencePublisher({ publisher, logger });
  observePresence(metrics, presence);
  health.register('mqtt', async () => ({ ok: publisher.connected }));
  await publisher.start();
  lifecycle.onStop(
    'presence',
    async () => {
      await presence.stop();
      await publisher.stop(1_000);
    },
    { timeoutMs: PRESENCE_STOP_MS },
  );
  return presence;
}
