import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { describeWithServers, eventually, startMosquitto, type TestMosquitto } from '@downlink/testing';
import { connect, connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { uplinkTopic } from '../uplinks/uplink-topic.js';
import type { ModelChange } from './ports.js';
import { connectOf, startRawDevice } from './spec-support/raw-device.js';
import { startTestGateway, type TestGateway } from './spec-support/start-test-gateway.js';
import { TestClients } from './spec-support/test-clients.js';

describeWithServers(['mosquitto'], 'the sessions of a device gateway', () => {
  let broker: TestMosquitto;
  let gateway: TestGateway;
  const clients = new TestClients();

  beforeEach(async () => {
    broker = await startMosquitto();
    gateway = await startTestGateway(broker.port);
  });
  afterEach(async () => {
    clients.end();
    await gateway.stop();
    await broker.stop();
  });

  const device = (id: string, options?: IClientOptions) => clients.device(gateway.url, id, options);
  const platform = (filter: string) => clients.platform(broker.url, filter);

  it('acknowledges a publish of a device only after the broker has it', async () => {
    const one = await device('native-1');
    process.kill(broker.pid, 'SIGSTOP');
    let acknowledged = false;
    const published = one.publishAsync('downlink/v1/devices/native-1/answers', 'done', { qos: 1 }).then(() => {
      acknowledged = true;
    });
    try {
      // The gateway goes on meanwhile: it refuses others, and has passed the publish on long before.
      for (let n = 0; n < 20; n += 1) await expect(device('nobody')).rejects.toThrow();
      expect(acknowledged).toBe(false);
    } finally {
      process.kill(broker.pid, 'SIGCONT');
    }
    await published;
  });

  it('tells presence exactly once a session: a goodbye, a lost connection, a broker that dies', async () => {
    const told = await platform('downlink/v1/uplinks/#');
    const commands = 'downlink/v1/devices/native-1/commands';
    for (const end of [
      (client: MqttClient) => client.endAsync(),
      async (client: MqttClient) => void client.stream.destroy(),
      () => broker.kill(),
    ]) {
      const before = gateway.presence.length;
      const one = await device('native-1');
      expect(gateway.presence).toHaveLength(before);
      await one.subscribeAsync(commands, { qos: 1 });
      await one.subscribeAsync(commands, { qos: 1 });
      await end(one);
      await eventually(() => expect(gateway.presence).toHaveLength(before + 2));
      const epoch = gateway.presence[before]!.split(' ')[2]!;
      expect(gateway.presence.slice(before)).toEqual([`online native-1 ${epoch}`, `offline native-1 ${epoch}`]);
    }
    // What the gateway tells by itself, its will does not tell again.
    expect(told.got).toEqual([]);
    expect(gateway.gateway.counts.connected).toBe(0);
  });

  it('leaves a will at the broker that tells the truth when nobody else can', async () => {
    const { client, got } = await platform('downlink/v1/uplinks/#');
    const one = await device('native-1');
    await one.subscribeAsync('downlink/v1/devices/native-1/commands', { qos: 1 });
    const epoch = Number(gateway.presence[0]!.split(' ')[2]);
    // Another session under the same name, as when the gateway's machine is gone and the device comes in elsewhere.
    clients.own(await connectAsync(broker.url, { clientId: 'downlink-device-native-1' }));
    const will = { online: false, epoch };
    await eventually(() => expect(got).toEqual([`${uplinkTopic('native-1', 'presence')} ${JSON.stringify(will)}`]));
    await client.endAsync();
  });

  it("hands on a device's own will when its connection breaks, and not when it says goodbye", async () => {
    const { got } = await platform('downlink/v1/uplinks/#');
    const will = { topic: 'downlink/v1/devices/native-1/telemetry', payload: Buffer.from('gone'), qos: 1 as const };
    await (await device('native-1', { will })).endAsync();
    (await device('native-1', { will })).stream.destroy();
    await eventually(() => expect(got).toEqual([`${uplinkTopic('native-1', will.topic)} gone`]));
  });

  it('says that a device with a stored session listens before it subscribes anew', async () => {
    const session = { clean: false, clientId: 'native-1' };
    const first = await device('native-1', session);
    await first.subscribeAsync('downlink/v1/devices/native-1/commands', { qos: 1 });
    await first.endAsync();
    await eventually(() => expect(gateway.presence).toHaveLength(2));
    await device('native-1', session);
    expect(gateway.presence).toHaveLength(3);
  });

  it('lets a device in without a client id, and tells it over MQTT 5 which one it has', async () => {
    const credentials = { username: 'native-1', password: 'secret' };
    const one = connect(gateway.url, { ...credentials, clientId: '', protocolVersion: 5, reconnectPeriod: 0 });
    clients.own(one);
    const properties = await new Promise((resolve) => one.once('connect', (connack) => resolve(connack.properties)));
    expect(properties).toMatchObject({ assignedClientIdentifier: 'native-1' });
    expect(properties).not.toHaveProperty('topicAliasMaximum');
  });

  it('reads no more from a broker than a slow device takes, and loses nothing', async () => {
    const { client } = await platform('none');
    const topic = 'downlink/v1/devices/native-1/commands';
    const slow = await startRawDevice(gateway.port);
    slow.say(connectOf('native-1'), { cmd: 'subscribe', messageId: 1, subscriptions: [{ topic, qos: 0 }] });
    await eventually(() => expect(slow.got).toHaveLength(2));
    slow.socket.pause();
    const payload = Buffer.alloc(60_000, 1);
    let most = 0;
    for (let n = 0; n < 400; n += 1) {
      await client.publishAsync(topic, payload, { qos: 1 });
      most = Math.max(most, gateway.sockets[0]!.writableLength);
    }
    expect(most).toBeGreaterThan(0);
    // The mark at which it stops, and what one more read may bring.
    expect(most).toBeLessThan(3 * 65_536);
    slow.socket.resume();
    await eventually(() => expect(slow.got).toHaveLength(402));
    slow.socket.destroy();
  });

  it('holds a device back that has more in flight than allowed, and loses nothing', async () => {
    const { got } = await platform('downlink/v1/uplinks/#');
    const strict = await startTestGateway(broker.port, { limits: { maxInFlight: 5 } });
    const one = await connectAsync(strict.url, { username: 'native-1', clientId: 'native-1', password: 'secret' });
    clients.own(one);
    const numbers = Array.from({ length: 500 }, (_, n) => String(n));
    await Promise.all(numbers.map((n) => one.publishAsync('downlink/v1/devices/native-1/telemetry', n, { qos: 1 })));
    await eventually(() => expect(got.map((line) => line.split(' ')[1])).toEqual(numbers));
    expect(strict.gateway.counts.heldBack).toBeGreaterThan(0);
    await one.endAsync();
    await strict.stop();
  });

  it('subscribes connected devices to what a new model adds', async () => {
    let changed: ((change: ModelChange) => void) | undefined;
    const strict = await startTestGateway(broker.port, {
      modelChanges: (listener) => {
        changed = listener;
        return () => (changed = undefined);
      },
    });
    const { client } = await platform('none');
    const one = await connectAsync(strict.url, { username: 'enos-1', clientId: 'enos-1', password: 'secret' });
    clients.own(one);
    await eventually(() => expect(strict.presence).toHaveLength(1));
    expect(strict.gateway.connectedProducts).toEqual(['pk']);
    const received: string[] = [];
    one.on('message', (topic) => received.push(topic));
    changed?.({
      productKey: 'pk',
      subscriptionsFor: ({ deviceKey }) => [`/sys/pk/${String(deviceKey)}/thing/service/new`],
    });
    changed?.({ productKey: 'other', subscriptionsFor: () => ['never'] });
    await eventually(async () => {
      await client.publishAsync('/sys/pk/enos-1/thing/service/new', '{}', { qos: 1 });
      expect(received).toContain('/sys/pk/enos-1/thing/service/new');
    });
    expect(broker.log()).not.toContain('never');
    await one.endAsync();
    await strict.stop();
    expect([changed, strict.gateway.connectedProducts]).toEqual([undefined, []]);
  });

  it('tells devices of MQTT 5 that it shuts down, and the platform that they are gone', async () => {
    const one = await device('native-1', { protocolVersion: 5 });
    await one.subscribeAsync('downlink/v1/devices/native-1/commands', { qos: 1 });
    const goodbye = new Promise((resolve) => one.once('disconnect', ({ reasonCode }) => resolve(reasonCode)));
    await gateway.gateway.close();
    expect(await goodbye).toBe(0x8b);
    expect(gateway.presence[1]).toMatch(/^offline native-1 /);
  });
});
