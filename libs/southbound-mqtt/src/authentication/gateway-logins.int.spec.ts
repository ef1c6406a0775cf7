import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { describeWithServers, eventually, startMosquitto, type TestMosquitto } from '@downlink/testing';
import mqtt, { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { startTestGateway, type TestGateway } from '../gateway/spec-support/start-test-gateway.js';
import { collectingLogger } from '../spec-support/collecting-logger.js';
import { enos, huawei, native, type Said } from '../spec-support/device-connects.js';
import { openDeviceInstallation, type DeviceInstallation } from '../spec-support/device-installation.js';
import { RegistryAuthenticator } from './registry-authenticator.js';

describeWithServers(['mosquitto'], 'devices log in to a gateway by the registry', () => {
  let installation: DeviceInstallation;
  let broker: TestMosquitto;
  let gateway: TestGateway;
  const clients: MqttClient[] = [];
  beforeAll(async () => {
    [installation, broker] = await Promise.all([openDeviceInstallation(), startMosquitto()]);
  });
  afterAll(() => Promise.all([installation.close(), broker.stop()]));
  beforeEach(async () => {
    const { registry } = installation.store;
    const authenticator = new RegistryAuthenticator({ registry, logger: collectingLogger() });
    gateway = await startTestGateway(broker.port, { authenticator });
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.end(true);
    await gateway.stop();
  });

  const connect = async ({ clientId = '', username = '', password = '' }: Said, more: IClientOptions = {}) => {
    const options = { clientId, username, password, reconnectPeriod: 0, ...more };
    const client = await connectAsync(gateway.url, options, false);
    clients.push(client);
    return client;
  };
  const refusedWith = (code: number) => expect.objectContaining({ code });

  it.each<[string, number, () => Said]>([
    ['native', 4, () => native('n1', 'secret')],
    ['native over MQTT 5', 5, () => native('n1', 'secret')],
    ['Huawei', 4, () => huawei('h1', 'secret')],
    ['EnOS', 4, () => enos('dk1', 'secret')],
    ['Quectel over MQTT 5', 5, () => ({ clientId: 'q/qk1', username: 'q/qk1', password: 'secret' })],
  ])('%s, and nobody else', async (_, version, said) => {
    await installation.declare([
      { id: 'n1', productKey: 'n', secret: 'secret' },
      { id: 'h1', productKey: 'h', secret: 'secret' },
      { id: 'e1', productKey: 'e', key: 'dk1', secret: 'secret' },
      { id: 'q1', productKey: 'q', key: 'qk1', secret: 'secret' },
    ]);
    const protocolVersion = version as 4 | 5;
    const client = await connect(said(), { protocolVersion });
    expect(client.connected).toBe(true);
    expect(gateway.gateway.counts).toMatchObject({ connected: 1, admitted: 1 });
    const wrong = connect({ ...said(), password: 'wrong' }, { protocolVersion });
    // MQTT 3.1.1 table 3.1, MQTT 5 §3.2.2.2: bad user name or password.
    await expect(wrong).rejects.toEqual(refusedWith(version === 5 ? 0x86 : 4));
    expect(gateway.gateway.counts.refused['wrong-password']).toBe(1);
    expect(client.connected).toBe(true);
  });

  it('and an EnOS device that knows only its product’s secret is told its own, once', async () => {
    await installation.declare([{ id: 'fresh', productKey: 'e', key: 'dk2', activated: false }]);
    // The message comes right behind CONNACK: who listens only then has missed it.
    const { clientId, username, password } = enos('dk2', 'product-secret', { mode: '3' });
    const activating = mqtt.connect(gateway.url, {
      clientId,
      username,
      password,
      reconnectPeriod: 0,
    } as IClientOptions);
    clients.push(activating);
    const [topic, payload] = await new Promise<[string, Buffer]>((resolve) =>
      activating.once('message', (...[named, bytes]) => resolve([named, bytes])),
    );
    const body = JSON.parse(payload.toString()) as { id: string; params: { deviceSecret: string } };
    expect(topic).toBe('/ext/session/e/dk2/thing/activate/info');
    await activating.publishAsync(`${topic}_reply`, JSON.stringify({ id: body.id, code: 200, data: {} }), { qos: 1 });
    await eventually(() => expect(gateway.gateway.counts).toMatchObject({ activated: 1, connections: 0 }));

    await expect(connect(enos('dk2', 'product-secret', { mode: '3' }))).rejects.toEqual(refusedWith(4));
    const own = await connect(enos('dk2', body.params.deviceSecret));
    expect(own.connected).toBe(true);
    await eventually(() => expect(gateway.presence).toEqual([expect.stringMatching(/^online fresh \d+$/)]));
  });

  it('and who guesses is held back, while the genuine device stays', async () => {
    await installation.declare([{ id: 'guessed', productKey: 'n', secret: 'secret' }]);
    const genuine = await connect(native('guessed', 'secret'));
    for (let n = 0; n < 30; n++) await expect(connect(native('guessed', `guess-${String(n)}`))).rejects.toThrow();
    const { refused } = gateway.gateway.counts;
    expect(refused['wrong-password'] + refused.throttled).toBe(30);
    expect(refused.throttled).toBeGreaterThan(20);
    expect(genuine.connected).toBe(true);
    expect(JSON.stringify(gateway.lines)).not.toContain('guess-');
  });
});
