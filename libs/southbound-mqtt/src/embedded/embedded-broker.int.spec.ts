import { afterEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@downlink/testing';
import mqtt from 'mqtt';
import type { IClientOptions, MqttClient } from 'mqtt';
import { equalInConstantTime } from '../authentication/equal-in-constant-time.js';
import { huaweiPassword, verifyHuaweiClient } from '../authentication/verify-huawei-client.js';
import { decodeUplink, uplinkFilters, wireFormats } from '../codecs/wire-formats.js';
import type { DecodedUplink, Dispatch } from '../codecs/wire-format-codec.js';
import { MqttPublisher } from '../publisher/mqtt-publisher.js';
import { MqttReceiver } from '../receiver/mqtt-receiver.js';
import { collectingLogger } from '../spec-support/collecting-logger.js';
import type { BrokerIdentity } from './broker-identity.js';
import { EmbeddedBroker } from './embedded-broker.js';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function authenticate(clientId: string, username = '', password = ''): Promise<BrokerIdentity | undefined> {
  if (username === 'broken') throw new Error('the registry is away');
  if (username === 'platform') return equalInConstantTime(password, 'generated') ? 'platform' : undefined;
  if (username.startsWith('hw')) {
    return verifyHuaweiClient({ clientId, username, password }, 'hw secret', Date.now())
      ? { deviceId: username, wireFormat: 'huawei' }
      : undefined;
  }
  return equalInConstantTime(password, `secret of ${username}`)
    ? { deviceId: username, wireFormat: 'native' }
    : undefined;
}

async function start() {
  const logger = collectingLogger();
  const presence: string[] = [];
  const broker = new EmbeddedBroker({
    port: 0,
    authenticate,
    logger,
    onPresence: (deviceId, online) => presence.push(`${deviceId} ${online ? 'on' : 'off'}`),
  });
  await broker.start();
  cleanups.push(() => broker.close());
  return { broker, logger, presence, url: `mqtt://127.0.0.1:${String(broker.port)}` };
}

async function device(url: string, id: string, options: IClientOptions = {}): Promise<MqttClient> {
  const client = await mqtt.connectAsync(
    url,
    { clientId: id, username: id, password: `secret of ${id}`, reconnectPeriod: 0, ...options },
    false,
  );
  cleanups.push(() => client.endAsync(true));
  return client;
}

const huaweiClientId = 'hw1_0_0_2026112115';
const huawei: IClientOptions = { clientId: huaweiClientId, password: huaweiPassword('hw secret', '2026112115') };
const commandsOf = (id: string): string => `downlink/v1/devices/${id}/commands`;

async function platform(url: string) {
  const logger = collectingLogger();
  const address = { url, username: 'platform', password: 'generated', logger };
  const publisher = new MqttPublisher({ ...address, clientId: 'dispatcher-out' });
  const receiver = new MqttReceiver({ ...address, clientId: 'dispatcher-in', filters: uplinkFilters });
  cleanups.push(
    () => publisher.stop(),
    () => receiver.stop(),
  );
  const uplinks: DecodedUplink[] = [];
  await publisher.start();
  await receiver.start(async (batch) => {
    for (const { topic, payload, retained } of batch) {
      const decoded = decodeUplink(topic, payload, retained);
      if (decoded) uplinks.push(decoded.uplink);
    }
  });
  await eventually(() => expect([publisher.connected, receiver.connected]).toEqual([true, true]));
  return { publisher, uplinks };
}

const dispatch: Dispatch = {
  commandId: '1056234875692351488',
  device: { deviceId: 'd1', productKey: '', deviceKey: null },
  attempt: 1,
  deadline: 1_795_262_016_620,
  service: 'Valve',
  method: 'open',
  parameters: {},
  correlation: 7,
};

describe('the embedded broker', () => {
  it('carries a command to a native device and its answer back', async () => {
    const { url } = await start();
    const { publisher, uplinks } = await platform(url);
    const d1 = await device(url, 'd1');
    d1.on('message', (_topic, payload) => {
      const { id } = JSON.parse(payload.toString()) as { id: string };
      d1.publish(
        'downlink/v1/devices/d1/answers',
        JSON.stringify({ id, status: 'succeeded', result: { open: true } }),
        { qos: 1 },
      );
    });
    await d1.subscribeAsync(commandsOf('d1'), { qos: 1 });
    await expect(publisher.publish(wireFormats.native.encode(dispatch))).resolves.toEqual({ kind: 'accepted' });
    await eventually(() =>
      expect(uplinks).toEqual([
        {
          kind: 'answered',
          from: { deviceId: 'd1' },
          ref: { commandId: dispatch.commandId },
          outcome: 'succeeded',
          result: { open: true },
        },
      ]),
    );
  });

  it('carries a command to a Huawei device and its answer back', async () => {
    const { url } = await start();
    const { publisher, uplinks } = await platform(url);
    const hw1 = await device(url, 'hw1', huawei);
    hw1.on('message', (_topic, payload) => {
      const { mid } = JSON.parse(payload.toString()) as { mid: number };
      hw1.publish(
        '/huawei/v1/devices/hw1/data/json',
        JSON.stringify({ msgType: 'deviceRsp', mid, errcode: 1, hasMore: 0, body: {} }),
        { qos: 1 },
      );
    });
    await hw1.subscribeAsync('/huawei/v1/devices/hw1/command/json', { qos: 1 });
    await publisher.publish(
      wireFormats.huawei.encode({ ...dispatch, device: { ...dispatch.device, deviceId: 'hw1' } }),
    );
    await eventually(() =>
      expect(uplinks).toEqual([
        {
          kind: 'answered',
          from: { deviceId: 'hw1' },
          ref: { correlation: 7 },
          outcome: 'failed',
          code: '1',
          result: {},
        },
      ]),
    );
  });

  it('tells a device reachable when it has subscribed to its commands, not when it has merely connected', async () => {
    const { url, presence, broker } = await start();
    const d1 = await device(url, 'd1');
    await d1.publishAsync('downlink/v1/devices/d1/telemetry', '{}', { qos: 1 });
    expect(presence).toEqual([]);
    await d1.subscribeAsync(commandsOf('d1'), { qos: 1 });
    await eventually(() => expect(presence).toEqual(['d1 on']));
    expect(broker.reachableDevices).toBe(1);
    await d1.endAsync();
    await eventually(() => expect(presence).toEqual(['d1 on', 'd1 off']));
  });

  it('tells a device unreachable when its connection breaks or it unsubscribes', async () => {
    const { url, presence } = await start();
    const d1 = await device(url, 'd1');
    await d1.subscribeAsync(commandsOf('d1'));
    await d1.unsubscribeAsync(commandsOf('d1'));
    await eventually(() => expect(presence).toEqual(['d1 on', 'd1 off']));
    await d1.subscribeAsync(commandsOf('d1'));
    d1.stream.destroy();
    await eventually(() => expect(presence).toEqual(['d1 on', 'd1 off', 'd1 on', 'd1 off']));
  });

  it('keeps no session of a device beyond its connection, and tells it so', async () => {
    const { url, presence } = await start();
    const { publisher } = await platform(url);
    const first = await device(url, 'd1', { clean: false });
    await first.subscribeAsync(commandsOf('d1'), { qos: 1 });
    await first.endAsync();
    await eventually(() => expect(presence).toEqual(['d1 on', 'd1 off']));
    await publisher.publish({ topic: commandsOf('d1'), payload: 'stale' });
    const again = mqtt.connect(url, {
      clientId: 'd1',
      username: 'd1',
      password: 'secret of d1',
      clean: false,
      manualConnect: true,
      reconnectPeriod: 0,
    });
    cleanups.push(() => again.endAsync(true));
    const seen: unknown[] = [];
    again.on('connect', ({ sessionPresent }) => seen.push({ sessionPresent }));
    again.on('message', (_topic, payload) => seen.push(payload.toString()));
    again.connect();
    await eventually(() => expect(seen).toEqual([{ sessionPresent: false }]));
    await again.subscribeAsync(commandsOf('d1'), { qos: 1 });
    await publisher.publish({ topic: commandsOf('d1'), payload: 'fresh' });
    await eventually(() => expect(seen).toEqual([{ sessionPresent: false }, 'fresh']));
  });

  it('keeps a Huawei device reachable until the last of its sessions has ended', async () => {
    const { url, presence, broker } = await start();
    const one = await device(url, 'hw1', huawei);
    const two = await device(url, 'hw1', {
      clientId: 'hw1_0_0_2026112116',
      password: huaweiPassword('hw secret', '2026112116'),
    });
    for (const session of [one, two]) await session.subscribeAsync('/huawei/v1/devices/hw1/command/json');
    await one.endAsync();
    await two.publishAsync('/huawei/v1/devices/hw1/data/json', '{}', { qos: 1 });
    expect(presence).toEqual(['hw1 on']);
    await two.endAsync();
    await eventually(() => expect(presence).toEqual(['hw1 on', 'hw1 off']));
    expect(broker.reachableDevices).toBe(0);
  });

  it('lets a device take over its own session under the same client id', async () => {
    const { url, presence, broker } = await start();
    const first = await device(url, 'd1');
    await first.subscribeAsync(commandsOf('d1'));
    const second = await device(url, 'd1');
    await eventually(() => expect(first.connected).toBe(false));
    await second.subscribeAsync(commandsOf('d1'));
    await eventually(() => expect(presence.at(-1)).toBe('d1 on'));
    expect(broker.reachableDevices).toBe(1);
    expect(second.connected).toBe(true);
  });

  it.each([
    ['a wrong password', { password: 'guessed' }, 4],
    ['an unknown user', { username: 'nobody' }, 4],
    ['no credentials', { username: '', password: '' }, 4],
    ['a client id that does not name it', { clientId: 'd2' }, 2],
    ['a registry that is away', { username: 'broken' }, 3],
    ['the platform as its name', { username: 'platform' }, 4],
  ])('refuses a device with %s, counts it, and logs no secret', async (_, options, code) => {
    const { url, broker, logger } = await start();
    await expect(device(url, 'd1', options)).rejects.toMatchObject({ code });
    expect(broker.refusals).toEqual({ authentication: 1, publish: 0, subscription: 0 });
    expect(JSON.stringify(logger.lines)).not.toMatch(/guessed|secret of/);
  });

  it('refuses a device the client id of the platform', async () => {
    const { url } = await start();
    const { publisher } = await platform(url);
    await expect(device(url, 'dispatcher-out')).rejects.toMatchObject({ code: 2 });
    expect(publisher.connected).toBe(true);
  });

  it('ends the connection of a device that publishes to a foreign topic, and forwards nothing', async () => {
    const { url, broker } = await start();
    const { uplinks } = await platform(url);
    const d1 = await device(url, 'd1');
    d1.publish('downlink/v1/devices/d2/telemetry', '{}', { qos: 1 });
    await eventually(() => expect(d1.connected).toBe(false));
    expect(broker.refusals.publish).toBe(1);
    const d2 = await device(url, 'd2');
    await d2.publishAsync('downlink/v1/devices/d2/telemetry', '{}', { qos: 1 });
    await eventually(() => expect(uplinks).toEqual([{ kind: 'reachable', from: { deviceId: 'd2' } }]));
  });

  it('refuses foreign filters and wildcards, one by one, and delivers nothing for them', async () => {
    const { url, broker, presence } = await start();
    const { publisher } = await platform(url);
    const d2 = await device(url, 'd2', { clean: false });
    const got: string[] = [];
    d2.on('message', (_topic, payload) => got.push(payload.toString()));
    const filters = { [commandsOf('d2')]: { qos: 1 }, [commandsOf('d1')]: { qos: 1 }, '#': { qos: 1 } } as const;
    await expect(d2.subscribeAsync(filters)).rejects.toThrow(/Subscribe error/);
    await eventually(() => expect(presence).toEqual(['d2 on']));
    expect(broker.refusals.subscription).toBe(2);
    for (const id of ['d1', 'd2']) await publisher.publish({ topic: commandsOf(id), payload: id });
    await eventually(() => expect(got).toEqual(['d2']));
  });

  it('keeps a native birth for later subscribers and publishes the last will', async () => {
    const { url } = await start();
    const topic = 'downlink/v1/devices/d1/presence';
    const d1 = await device(url, 'd1', {
      will: { topic, payload: Buffer.from('{"online":false,"epoch":3}'), qos: 1, retain: true },
    });
    await d1.publishAsync(topic, '{"online":true,"epoch":3}', { qos: 1, retain: true });
    const { uplinks } = await platform(url);
    await eventually(() => expect(uplinks).toEqual([{ kind: 'reachable', from: { deviceId: 'd1' }, epoch: 3 }]));
    d1.stream.destroy();
    await eventually(() => expect(uplinks.at(-1)).toEqual({ kind: 'unreachable', from: { deviceId: 'd1' }, epoch: 3 }));
  });

  it('refuses a last will for another device', async () => {
    const { url, broker } = await start();
    const { uplinks } = await platform(url);
    const d1 = await device(url, 'd1', {
      will: { topic: 'downlink/v1/devices/d2/presence', payload: Buffer.from('{"online":false}'), qos: 1 },
    });
    d1.stream.destroy();
    await eventually(() => expect(broker.refusals.publish).toBe(1));
    expect(uplinks).toEqual([]);
  });

  it('tells every device unreachable when it closes', async () => {
    const { url, broker, presence } = await start();
    const d1 = await device(url, 'd1');
    await d1.subscribeAsync(commandsOf('d1'));
    await broker.close();
    expect(presence).toEqual(['d1 on', 'd1 off']);
    await expect(device(url, 'd1')).rejects.toThrow();
  });

  it('does not start on a port that is taken', async () => {
    const { broker } = await start();
    const second = new EmbeddedBroker({
      port: broker.port,
      authenticate,
      onPresence: () => undefined,
      logger: collectingLogger(),
    });
    await expect(second.start()).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});
