import type { HealthRegistry, Logger, Metrics } from '@downlink/runtime';
import { DeviceGateway, ModelWatch, type GatewayOptions, type ModelWatchParts } from '@downlink/southbound-mqtt';
import { openDeviceListeners, type TlsSettings } from './device-listeners.js';
import { observeGateway } from './device-gateway.metrics.js';

export interface DeviceGatewayParts extends Omit<GatewayOptions, 'logger' | 'modelChanges'> {
  /** Every interface unless given. */
  readonly host?: string;
  /** MQTT without TLS; 0 for any free port, undefined for none. */
  readonly port: number | undefined;
  readonly tls?: TlsSettings | undefined;
  /** Where changed models are looked for. */
  readonly models: ModelWatchParts['registry'];
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly health: HealthRegistry;
}

export interface RunningDeviceGateway {
  /** The ports really listened on. */
  readonly port: number | undefined;
  readonly tlsPort: number | undefined;
  /** Takes no new connections, ends those of the devices and tells each as offline. */
  stop(): Promise<void>;
}

/**
 * Opens the ports for devices, on whatever broker and registry its host has. Neither needs to be there yet: devices are told
 * "server unavailable" until they are.
 * @throws ConfigError for certificate files that cannot be used; the listen error (EADDRINUSE, EACCES)
 */
export async function startDeviceGateway(parts: DeviceGatewayParts): Promise<RunningDeviceGateway> {
  const { host, port, tls, models, logger, metrics, health, ...options } = parts;
  const watch = new ModelWatch({ registry: models, products: () => gateway.connectedProducts, logger });
  const gateway: DeviceGateway = new DeviceGateway({
    ...options,
    logger,
    modelChanges: (listener) => watch.listen(listener),
  });
  const listeners = await openDeviceListeners({
    ...(host !== undefined && { host }),
    port,
    tls,
    handshakeTimeoutMs: options.limits?.connectTimeoutMs ?? HANDSHAKE_TIMEOUT_MS,
    connected: (socket, extra) => gateway.handle(socket, extra),
    logger,
  });
  observeGateway(metrics, { gateway, listeners });
  let open = true;
  health.register('devices', async () => ({ ok: open, detail: `${String(gateway.counts.connected)} connected` }));
  return {
    port: listeners.port,
    tlsPort: listeners.tlsPort,
    async stop() {
      open = false;
      listeners.refuseNew();
      await gateway.close();
      await listeners.close();
    },
  };
}

const HANDSHAKE_TIMEOUT_MS = 10_000;
