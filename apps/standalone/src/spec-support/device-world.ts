import type { Signal } from '@downlink/command-domain';
import { createLogger, HealthRegistry, Metrics } from '@downlink/runtime';
import { decodeUplink, huaweiPassword, MqttPublisher, MqttReceiver } from '@downlink/southbound-mqtt';
import { createPostgresStore, migrate } from '@downlink/store-postgres';
import { createTestDatabase, eventually } from '@downlink/testing';
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { startDeviceBroker, type DeviceBroker, type DeviceBrokerOptions } from '../device-broker.js';

/** The gateway before the embedded broker, with native devices `d1` and `d2` and the Huawei device `hw1`; secrets are `secret`. */
export interface DeviceWorld {
  readonly broker: DeviceBroker;
  readonly url: string;
  /** What the engine was told, such as `d1 reachable`. */
  readonly presence: string[];
  /** What the dispatcher would hear of devices, such as `d1 reachable`. */
  readonly uplinks: string[];
  readonly log: string[];
  readonly publisher: MqttPublisher;
  device(id: string, options?: IClientOptions): Promise<MqttClient>;
  metrics(): Promise<string>;
  close(): Promise<void>;
}

export const commandsOf = (id: string): string =>
  id.startsWith('hw') ? `/huawei/v1/devices/${id}/command/json` : `downlink/v1/devices/${id}/commands`;

const HOUR = '2026112115';

/** What a device sends in its CONNECT. */
export function credentialsOf(id: string): IClientOptions {
  return id.startsWith('hw')
    ? { clientId: `${id}_0_0_${HOUR}`, username: id, password: huaweiPassword('secret', HOUR) }
    : { clientId: id, username: id, password: 'secret' };
}

export async function openDeviceWorld(over: Partial<DeviceBrokerOptions> = {}): Promise<DeviceWorld> {
  const database = await createTestDatabase({ template: migrate });
  const secretsKey = Buffer.alloc(32, 7).toString('base64');
  const store = createPostgresStore({ url: database.url, secretsKey, poolSize: 4, onConnectionError: () => {} });
  await store.registry.apply({
    applications: [{ id: 'a', name: '', credentials: {} }],
    products: ['native', 'huawei'].map((key) => ({ key, applicationId: 'a', name: '', wireFormat: key, model: null })),
    devices: ['d1', 'd2', 'hw1'].map((id) => ({
      id,
      applicationId: 'a',
      productKey: id.startsWith('hw') ? 'huawei' : 'native',
      name: id,
      activated: true,
      secret: 'secret',
    })),
  });
  const [presence, uplinks, log]: string[][] = [[], [], []];
  const metrics = new Metrics({ service: 'spec', processMetrics: false });
  const logger = createLogger({ service: 'spec', destination: { write: (line) => log!.push(line) } });
  const broker = await startDeviceBroker({
    port: 0,
    host: '127.0.0.1',
    registry: store.registry,
    signals: {
      async handle(signal: Signal) {
        if ('deviceId' in signal) presence!.push(`${signal.deviceId} ${signal.kind.replace('device-', '')}`);
        return { kind: 'rejected' } as never;
      },
    },
    platformPassword: 'generated',
    logger,
    metrics,
    health: new HealthRegistry(),
    ...over,
  });
  const platform = { ...broker.platform, logger: createLogger({ service: 'platform', level: 'silent' }) };
  const publisher = new MqttPublisher({ ...platform, clientId: 'out' });
  const receiver = new MqttReceiver({ ...platform, clientId: 'in', filters: ['downlink/v1/uplinks/#'] });
  await publisher.start();
  await receiver.start(async (batch) => {
    for (const { topic, payload, retained } of batch) {
      const uplink = decodeUplink(topic, payload, retained)?.uplink;
      if (uplink === undefined) throw new Error(`nobody reads ${topic}`);
      uplinks!.push(`${'deviceId' in uplink.from ? uplink.from.deviceId : uplink.from.deviceKey} ${uplink.kind}`);
    }
  });
  await eventually(() => {
    if (!publisher.connected || !receiver.connected) throw new Error('the platform is not connected');
  });
  const url = `mqtt://127.0.0.1:${String(broker.port)}`;
  const clients: MqttClient[] = [];
  return {
    broker,
    url,
    presence: presence!,
    uplinks: uplinks!,
    log: log!,
    publisher,
    metrics: async () => (await metrics.page()).body,
    async device(id, options = {}) {
      const client = await connectAsync(url, { ...credentialsOf(id), reconnectPeriod: 0, ...options }, false);
      clients.push(client);
      return client;
    },
    async close() {
      for (const client of clients) client.end(true);
      await receiver.stop();
      await publisher.stop();
      await broker.close();
      await store.close();
      await database.drop();
    },
  };
}
