import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { describeWithServers, eventually, startHiveMq, startMosquitto } from '@downlink/testing';
import { connect, connectAsync, type IClientOptions } from 'mqtt';
import { uplinkTopic } from '../uplinks/uplink-topic.js';
import { startTestGateway, type TestGateway } from './spec-support/start-test-gateway.js';
import { TestClients } from './spec-support/test-clients.js';

interface Broker {
  url: string;
  port: number;
  stop(): Promise<void>;
}

/** The main path, on any broker that speaks MQTT 5: one for all tests, as not every broker starts in no time. */
const suite = (start: () => Promise<Broker>): void => {
  let broker: Broker;
  let gateway: TestGateway;
  const clients = new TestClients();

  beforeAll(async () => {
    broker = await start();
  }, 300_000);
  afterAll(async () => {
    await broker.stop();
  });
  beforeEach(async () => {
    gateway = await startTestGateway(broker.port);
  });
  afterEach(async () => {
    clients.end();
    await gateway.stop();
  });

  const device = (id: string, options?: IClientOptions) => clients.device(gateway.url, id, options);
  const platform = (filter: string) => clients.platform(broker.url, filter);

  it.each([4, 5] as const)('carries commands and answers of a device over MQTT version %s', async (protocolVersion) => {
    const { client, got } = await platform('downlink/v1/uplinks/#');
    const one = await device('native-1', { protocolVersion });
    const received: string[] = [];
    one.on('message', (topic, payload) => received.push(`${topic} ${payload.toString()}`));
    await one.subscribeAsync('downlink/v1/devices/native-1/commands', { qos: 1 });
    expect(gateway.presence).toEqual([expect.stringMatching(/^online native-1 /)]);
    await client.publishAsync('downlink/v1/devices/native-1/commands', 'open', { qos: 1 });
    await eventually(() => expect(received).toEqual(['downlink/v1/devices/native-1/commands open']));
    await one.publishAsync('downlink/v1/devices/native-1/answers', 'done', { qos: 1 });
    await eventually(() =>
      expect(got).toEqual([`${uplinkTopic('native-1', 'downlink/v1/devices/native-1/answers')} done`]),
    );
    await one.endAsync();
    await eventually(() => expect(gateway.presence).toHaveLength(2));
    expect(gateway.presence[1]).toMatch(/^offline native-1 /);
    expect(gateway.gateway.counts).toMatchObject({ connected: 0, admitted: 1 });
  });

  it('subscribes for an EnOS device, which never does so itself', async () => {
    const { client, got } = await platform('downlink/v1/uplinks/#');
    const one = await device('enos-1');
    const received: string[] = [];
    one.on('message', (topic, payload) => received.push(`${topic} ${payload.toString()}`));
    await eventually(() => expect(gateway.presence).toEqual([expect.stringMatching(/^online enos-1 /)]));
    await client.publishAsync('/sys/pk/enos-1/thing/service/open', '{}', { qos: 1 });
    await eventually(() => expect(received).toEqual(['/sys/pk/enos-1/thing/service/open {}']));
    await one.publishAsync('/sys/pk/enos-1/thing/service/open_reply', '{}', { qos: 1 });
    await eventually(() =>
      expect(got).toEqual([`${uplinkTopic('enos-1', '/sys/pk/enos-1/thing/service/open_reply')} {}`]),
    );
  });

  it('keeps what comes for a device that is away, and gives it to the device behind another gateway', async () => {
    const topic = 'downlink/v1/devices/native-2/commands';
    const session = { protocolVersion: 5, clean: false, properties: { sessionExpiryInterval: 60 } } as const;
    const before = await device('native-2', session);
    await before.subscribeAsync(topic, { qos: 1 });
    await before.endAsync();
    await eventually(() => expect(gateway.presence).toHaveLength(2));
    const { client } = await platform('nothing/else');
    await client.publishAsync(topic, 'open', { qos: 1 });
    const other = await startTestGateway(broker.port);
    const after = connect(other.url, { clientId: 'native-2', username: 'native-2', password: 'secret', ...session });
    clients.own(after);
    const received: string[] = [];
    after.on('message', (_topic, payload) => received.push(payload.toString()));
    await eventually(() => expect(received).toEqual(['open']));
    expect(other.presence).toEqual([expect.stringMatching(/^online native-2 /)]);
    await after.endAsync();
    await other.stop();
  });

  it('lets a device that comes back through another gateway take its session over from the first', async () => {
    const topic = 'downlink/v1/devices/native-3/commands';
    const before = await device('native-3', { protocolVersion: 5 });
    await before.subscribeAsync(topic, { qos: 1 });
    const other = await startTestGateway(broker.port);
    const credentials = { clientId: 'native-3', username: 'native-3', password: 'secret', protocolVersion: 5 } as const;
    const after = await connectAsync(other.url, { ...credentials, reconnectPeriod: 0 });
    clients.own(after);
    await eventually(() => expect(before.connected).toBe(false));
    await eventually(() => expect(gateway.presence.at(-1)).toMatch(/^offline native-3 /));
    await after.subscribeAsync(topic, { qos: 1 });
    await eventually(() => expect(other.presence).toEqual([expect.stringMatching(/^online native-3 /)]));
    await after.endAsync();
    await other.stop();
  });
};

describeWithServers(['mosquitto'], 'a device gateway in front of Mosquitto', () => suite(() => startMosquitto()));
describeWithServers(['hivemq'], 'a device gateway in front of HiveMQ', () => suite(() => startHiveMq()));
