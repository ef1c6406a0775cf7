import type { DeviceLogins, Registry, SignalQueue } from '@downlink/command-engine';
import type { HealthRegistry, Logger, Metrics } from '@downlink/runtime';
import { EmbeddedBroker, RegistryAuthenticator, type AttemptPublisher } from '@downlink/southbound-mqtt';
import type { TlsSettings } from '../../device-gateway/src/device-listeners.js';
import { startDeviceGateway } from '../../device-gateway/src/start-device-gateway.js';
import { ListeningDevices } from './listening-devices.js';

export interface DeviceBroker {
  /** Where devices connect, without and with TLS. */
  readonly port: number;
  readonly tlsPort: number | undefined;
  /** The broker behind the gateway, for the platform's own connections. */
  readonly platform: { readonly url: string; readonly username: string; readonly password: string };
  /** Answers `no-subscriber` for a device that does not listen, which MQTT 3.1.1 itself cannot say. */
  gate(publisher: AttemptPublisher): AttemptPublisher;
  close(): Promise<void>;
}

export interface DeviceBrokerOptions {
  readonly port: number;
  readonly host: string;
  readonly tls?: TlsSettings | undefined;
  readonly registry: Registry & DeviceLogins;
  readonly signals: Pick<SignalQueue, 'handle'>;
  /** What the platform's own connections, and the gateway's for devices, log in to the broker with. */
  readonly platformPassword: string;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly health: HealthRegistry;
}

/** The device gateway in front of the embedded broker, in this process; presence goes to the engine without a way over MQTT. */
export async function startDeviceBroker(options: DeviceBrokerOptions): Promise<DeviceBroker> {
  const { registry, signals, logger, metrics, health } = options;
  const account = { username: 'platform', password: options.platformPassword };
  const broker = new EmbeddedBroker({ port: 0, account, logger });
  await broker.start();
  const listening = new ListeningDevices(signals, logger);
  const gateway = await startDeviceGateway({
    host: options.host,
    port: options.port,
    tls: options.tls,
    upstream: { host: '127.0.0.1', port: broker.port, ...account },
    authenticator: new RegistryAuthenticator({ registry, logger }),
    presence: listening,
    models: registry,
    // MQTT 3.1.1 has no message expiry: what waits for a device waits in its lane, not in the broker.
    cleanSessions: true,
    logger,
    metrics,
    health,
  });
  return {
    port: gateway.port!,
    tlsPort: gateway.tlsPort,
    platform: { url: `mqtt://127.0.0.1:${String(broker.port)}`, ...account },
    gate: (publisher) => ({
      publish: async (message, deviceId) =>
        listening.has(deviceId) ? publisher.publish(message, deviceId) : { kind: 'no-subscriber' },
    }),
    async close() {
      await gateway.stop();
      await broker.close();
    },
  };
}
