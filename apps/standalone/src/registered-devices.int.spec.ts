import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectAsync, type MqttClient } from 'mqtt';
import { createEngine, SignalQueue } from '@downlink/command-engine';
import { huaweiFace, HuaweiModule } from '@downlink/northbound-huawei';
import { startNorthbound, type RunningNorthbound } from '@downlink/northbound-kit/contracts';
import { createLogger, HealthRegistry, Metrics } from '@downlink/runtime';
import { huaweiPassword } from '@downlink/southbound-mqtt';
import { eventually } from '@downlink/testing';
import { startDeviceBroker, type DeviceBroker } from './device-broker.js';

const APPLICATION = { app_key: 'app', 'content-type': 'application/json' };
const REGISTER = '/iocm/app/reg/v1.1.0/deviceCredentials';
const TIME = '2026112202';

interface Registered {
  readonly deviceId: string;
  readonly psk: string;
}

describe('a device that an application registers over Huawei’s API', () => {
  let running: RunningNorthbound;
  let broker: DeviceBroker;
  let headers: Record<string, string>;
  const clients: MqttClient[] = [];

  beforeAll(async () => {
    running = await startNorthbound([huaweiFace], (ports) => HuaweiModule.forRoot(ports));
    await running.ports.registry.apply({
      applications: [{ id: 'app', name: '', credentials: { huawei: { secret: 's' } } }],
      products: [],
      devices: [],
    });
    broker = await startDeviceBroker({
      port: 0,
      host: '127.0.0.1',
      registry: running.store.registry,
      signals: new SignalQueue(createEngine(running.store.commandStore, { handOver: () => {} })),
      platformPassword: 'platform',
      logger: createLogger({ service: 'spec', level: 'silent' }),
      metrics: new Metrics({ service: 'spec', processMetrics: false }),
      health: new HealthRegistry(),
    });
    const tokens = await call('POST', '/iocm/app/sec/v1.1.0/login', { appId: 'app', secret: 's' });
    headers = { ...APPLICATION, authorization: `Bearer ${String(tokens['accessToken'])}` };
  });
  afterAll(async () => {
    for (const client of clients) await client.endAsync(true);
    await broker.close();
    await running.stop();
  });

  async function call(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
    const answer = await fetch(running.url + path, {
      method,
      headers: headers ?? APPLICATION,
      ...(body && { body: JSON.stringify(body) }),
    });
    return (await answer.json()) as Record<string, unknown>;
  }
  const register = async (over: object = {}) =>
    (await call('POST', REGISTER, { nodeId: `node-${String(Math.random())}`, ...over })) as unknown as Registered;
  const connect = async ({ deviceId, psk }: Registered) => {
    const client = await connectAsync(`mqtt://127.0.0.1:${String(broker.port)}`, {
      clientId: `${deviceId}_0_0_${TIME}`,
      username: deviceId,
      password: huaweiPassword(psk, TIME),
      reconnectPeriod: 0,
    });
    clients.push(client);
    await client.subscribeAsync(`/huawei/v1/devices/${deviceId}/command/json`, { qos: 1 });
  };
  const activated = async ({ deviceId }: Registered) => (await call('GET', `${REGISTER}/${deviceId}`))['activated'];

  it('logs in with its psk, and is activated by that', async () => {
    const device = await register();
    expect(await activated(device)).toBe(false);
    await connect(device);
    await eventually(async () => expect(await activated(device)).toBe(true));
  });

  it('does not log in with another psk', async () => {
    const device = await register();
    await expect(connect({ ...device, psk: '0'.repeat(32) })).rejects.toThrow();
    expect(await activated(device)).toBe(false);
  });

  it('does not log in any more when its verification code has run out', async () => {
    const device = await register({ timeout: 1 });
    await eventually(async () => expect(await activated(device)).toBeUndefined());
    await expect(connect(device)).rejects.toThrow();
  });
});
