import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { connectAsync, type MqttClient } from 'mqtt';
import { describeWithServers, eventually, startMosquitto, type TestMosquitto } from '@downlink/testing';
import { MqttPublisher } from '../publisher/mqtt-publisher.js';
import { collectingLogger } from '../spec-support/collecting-logger.js';
import { parseUplinkTopic } from '../uplinks/uplink-topic.js';
import { PresencePublisher } from './presence-publisher.js';

const EVERYTHING = 'downlink/v1/uplinks/#';

describeWithServers(['mosquitto'], 'presence over MQTT, on Mosquitto', () => {
  let broker: TestMosquitto;
  let publisher: MqttPublisher;
  let presence: PresencePublisher;
  const clients: MqttClient[] = [];

  beforeEach(async () => {
    broker = await startMosquitto();
    const logger = collectingLogger();
    publisher = new MqttPublisher({ url: broker.url, clientId: 'gateway', logger });
    presence = new PresencePublisher({ publisher, logger, retryMs: 20 });
    await publisher.start();
    await eventually(() => expect(publisher.connected).toBe(true));
  });
  afterEach(async () => {
    await presence.stop(0);
    await publisher.stop();
    for (const client of clients.splice(0)) await client.endAsync(true);
    await broker.stop();
  });

  /** What the dispatcher would hear, from now on. */
  async function listen(): Promise<string[]> {
    const heard: string[] = [];
    const client = await connectAsync(broker.url, {
      clientId: `listener-${String(clients.length)}`,
      protocolVersion: 5,
    });
    clients.push(client);
    client.on('message', (topic, payload, { qos, retain }) => {
      expect([qos, retain]).toEqual([1, false]);
      const { online, epoch } = JSON.parse(payload.toString()) as { online: boolean; epoch: number };
      heard.push(`${parseUplinkTopic(topic)!.deviceId} ${online ? 'on' : 'off'} ${String(epoch)}`);
    });
    await client.subscribeAsync(EVERYTHING, { qos: 1 });
    return heard;
  }

  it('is heard in order, device by device', async () => {
    const heard = await listen();
    presence.online('a', 1);
    presence.online('b', 1);
    presence.offline('a', 1);
    await eventually(() => expect(presence.backlog).toBe(0));
    await eventually(() => expect(heard.filter((word) => word.startsWith('a'))).toEqual(['a on 1', 'a off 1']));
    expect(heard).toContain('b on 1');
  });

  it('is kept while the broker is away, each device in its newest state', async () => {
    await broker.kill();
    await eventually(() => expect(publisher.connected).toBe(false));
    presence.online('a', 1);
    presence.offline('a', 1);
    presence.online('b', 1);
    presence.online('a', 2);
    expect(presence.backlog).toBe(2);
    await broker.restart();
    const heard = await listen();
    await eventually(() => expect(heard.toSorted()).toEqual(['a on 2', 'b on 1']));
    expect(presence.backlog).toBe(0);
  });

  it('is kept until somebody receives it: a platform that starts after its devices hears of them', async () => {
    presence.online('a', 1);
    presence.online('b', 1);
    presence.offline('b', 1);
    const heard = await listen();
    await eventually(() => expect(new Set(heard)).toEqual(new Set(['a on 1', 'b off 1'])));
    await eventually(() => expect(presence.backlog).toBe(0));
  });
});
