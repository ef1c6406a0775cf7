import type { KeptSecret, Registry, SignalQueue } from '@downlink/command-engine';
import type { Logger } from '@downlink/runtime';
import {
  EmbeddedBroker,
  equalInConstantTime,
  parseHuaweiClientId,
  verifyHuaweiClient,
  verifyNativeCredentials,
  type AttemptPublisher,
  type Authenticate,
} from '@downlink/southbound-mqtt';

export interface DeviceBroker {
  readonly port: number;
  /** Answers `no-subscriber` for a device that does not listen, which MQTT 3.1.1 itself cannot say. */
  gate(publisher: AttemptPublisher): AttemptPublisher;
  close(): Promise<void>;
}

export interface DeviceBrokerOptions {
  readonly port: number;
  readonly host: string;
  readonly registry: Registry;
  readonly signals: SignalQueue;
  /** What the platform's own connections log in with, as user `platform`. */
  readonly platformPassword: string;
  readonly logger: Logger;
}

/** The embedded MQTT broker with our devices: their credentials checked, their presence told to the engine. */
export async function startDeviceBroker(options: DeviceBrokerOptions): Promise<DeviceBroker> {
  const { signals, logger } = options;
  const listening = new Set<string>();
  const broker = new EmbeddedBroker({
    port: options.port,
    host: options.host,
    authenticate: authenticateWith(options),
    onPresence(deviceId, online) {
      if (online) listening.add(deviceId);
      else listening.delete(deviceId);
      signals
        .handle({ kind: online ? 'device-reachable' : 'device-unreachable', deviceId })
        .catch((err: unknown) => logger.warn({ err, deviceId, online }, 'presence could not be stored'));
    },
    logger,
  });
  await broker.start();
  return {
    port: broker.port,
    gate: (publisher) => ({
      publish: async (message, deviceId) =>
        listening.has(deviceId) ? publisher.publish(message, deviceId) : { kind: 'no-subscriber' },
    }),
    close: () => broker.close(),
  };
}

/** Each device by its wire format's own scheme; the platform by its generated password. */
function authenticateWith({ registry, platformPassword }: DeviceBrokerOptions): Authenticate {
  const secretOf = async (deviceId: string, wireFormat: string): Promise<KeptSecret | null> => {
    const device = (await registry.deviceCredentials([{ deviceId }])).found[0]?.[0];
    return device?.activated && device.wireFormat === wireFormat ? device.secret : null;
  };
  return async (clientId, username, password) => {
    if (username === 'platform') {
      return password !== undefined && equalInConstantTime(password, platformPassword) ? 'platform' : undefined;
    }
    const huawei = parseHuaweiClientId(clientId);
    if (huawei !== undefined) {
      const secret = await secretOf(huawei.id, 'huawei');
      const genuine =
        secret?.kind === 'plain' && verifyHuaweiClient({ clientId, username, password }, secret.secret, Date.now());
      return genuine ? { deviceId: huawei.id, wireFormat: 'huawei' } : undefined;
    }
    const deviceId = await verifyNativeCredentials({ username, password }, async (id, presented) => {
      const secret = await secretOf(id, 'native');
      if (secret?.kind === 'hash') return registry.secretMatches(presented, secret.hash);
      return secret?.kind === 'plain' && equalInConstantTime(presented, secret.secret);
    });
    return deviceId === undefined ? undefined : { deviceId, wireFormat: 'native' };
  };
}
