import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { startMosquitto } from '@downlink/testing';
import mqtt, { type MqttClient } from 'mqtt';
import { DeviceGateway } from '../../gateway/device-gateway.js';
import type {
  Admission,
  AdmittedDevice,
  DeviceAddress,
  DeviceAuthenticator,
  GatewayLimits,
} from '../../gateway/ports.js';
import { collectingLogger } from '../../spec-support/collecting-logger.js';

export interface SeenMessage {
  readonly topic: string;
  readonly payload: string;
  readonly retain: boolean;
}

export interface GatewayUnderAttack {
  readonly gateway: DeviceGateway;
  /** Where devices connect. */
  readonly port: number;
  /** Every message that the broker behind has taken, whoever sent it. */
  readonly seen: SeenMessage[];
  /** What the gateway said of presence, as `id on` and `id off`. */
  readonly presence: string[];
  readonly logger: ReturnType<typeof collectingLogger>;
  /** The platform's own connection to the broker. */
  readonly platform: MqttClient;
  /** What the broker still keeps, for somebody who comes now. */
  retained(): Promise<SeenMessage[]>;
  /** Ids of the clients whose sessions the broker has opened, in order. */
  brokerClients(): string[];
  stop(): Promise<void>;
}

export const secretOf = (device: DeviceAddress): string => `secret of ${device.deviceId}`;

/** Everybody who is known logs in with the device id as username and its `secretOf` as password. */
export function knownDevices(devices: readonly Omit<AdmittedDevice, 'epoch'>[]): DeviceAuthenticator {
  const known = new Map(devices.map((each) => [each.device.deviceId, each]));
  return {
    authenticate: async ({ username = '', password }): Promise<Admission> => {
      const found = known.get(username);
      if (found === undefined) return { kind: 'refused', reason: 'unknown' };
      const genuine = password?.toString() === secretOf(found.device);
      return genuine
        ? { kind: 'admitted', device: { ...found, epoch: Date.now() } }
        : { kind: 'refused', reason: 'wrong-password' };
    },
  };
}

/** A gateway in this process in front of a Mosquitto of its own, which tells all that comes through. */
export async function startGatewayUnderAttack(
  authenticator: DeviceAuthenticator,
  limits: Partial<GatewayLimits> = {},
): Promise<GatewayUnderAttack> {
  const mosquitto = await startMosquitto();
  const logger = collectingLogger();
  const presence: string[] = [];
  const gateway = new DeviceGateway({
    upstream: { host: '127.0.0.1', port: mosquitto.port },
    authenticator,
    presence: {
      online: (deviceId) => presence.push(`${deviceId} on`),
      offline: (deviceId) => presence.push(`${deviceId} off`),
    },
    limits,
    logger,
  });
  const server = createServer({ noDelay: true }, (socket) => gateway.handle(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const platform = await mqtt.connectAsync(mosquitto.url, { clientId: 'platform', protocolVersion: 5 });
  const seen: SeenMessage[] = [];
  listen(platform, seen);
  await platform.subscribeAsync('#', { qos: 1 });
  return {
    gateway,
    port: (server.address() as AddressInfo).port,
    seen,
    presence,
    logger,
    platform,
    retained: () => retainedOn(mosquitto.url),
    brokerClients: () => [...mosquitto.log().matchAll(/ as (\S+) \(p\d/g)].map(([, clientId]) => clientId!),
    async stop() {
      await gateway.close();
      server.close();
      await platform.endAsync(true);
      await mosquitto.stop();
    },
  };
}

function listen(client: MqttClient, seen: SeenMessage[]): void {
  client.on('message', (topic, payload, { retain }) =>
    seen.push({ topic, payload: payload.toString('latin1'), retain }),
  );
}

async function retainedOn(url: string): Promise<SeenMessage[]> {
  const late = await mqtt.connectAsync(url, { clientId: `late-${String(Date.now())}` });
  const seen: SeenMessage[] = [];
  listen(late, seen);
  // Stored messages come before what is published after the subscription.
  const last = new Promise<void>((resolve) => late.on('message', (topic) => topic === 'late/last' && resolve()));
  await late.subscribeAsync('#', { qos: 1 });
  await late.publishAsync('late/last', '', { qos: 1 });
  await last;
  await late.endAsync(true);
  return seen.filter(({ retain }) => retain);
}
