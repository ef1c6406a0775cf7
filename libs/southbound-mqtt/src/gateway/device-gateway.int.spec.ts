import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { describeWithServers, eventually, startMosquitto, type TestMosquitto } from '@downlink/testing';
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { uplinkTopic } from '../uplinks/uplink-topic.js';
import { startTestGateway, type TestGateway } from './spec-support/start-test-gateway.js';

describeWithServers(['mosquitto'], 'a device gateway in front of Mosquitto', () => {
  let broker: TestMosquitto;
  let gateway: TestGateway;
  const clients: MqttClient[] = [];

  beforeEach(async () => {
    broker = await startMosquitto();
    gateway = await startTestGateway(broker.port);
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.end(true);
    await gateway.stop();
    await broker.stop();
  });

  const device = async (id: string, options: IClientOptions = {}): Promise<MqttClient> => {
    const credentials = { clientId: id, username: id, password: 'secret' };
    const client = await connectAsync(gateway.url, { ...credentials, reconnectPeriod: 0, ...options }, false);
    clients.push(client);
    return client;
  };
  const platform = async (filter: string): Promise<{ client: MqttClient; got: string[] }> => {
    const client = await connectAsync(broker.url, { protocolVersion: 5 });
    clients.push(client);
    const got: string[] = [];
    client.on('message', (topic, payload, { retain }) =>
      got.push(`${topic} ${payload.toString()}${retain ? ' r' : ''}`),
    );
    await client.subscribeAsync(filter, { qos: 1 });
    return { client, got };
  };

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
});
