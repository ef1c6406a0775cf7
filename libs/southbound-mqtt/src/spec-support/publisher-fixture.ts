import { expect, it } from '@jest/globals';
import { eventually, startMosquitto, type TestMosquitto } from '@downlink/testing';
import mqtt from 'mqtt';
import type { IPublishPacket } from 'mqtt';
import { MqttPublisher, type PublisherOptions } from '../publisher/mqtt-publisher.js';
import { collectingLogger } from './collecting-logger.js';

/** What a test has opened, ended at its end, the last first. */
export const cleanups: (() => Promise<unknown>)[] = [];

export async function cleanUp(): Promise<void> {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
}

export async function mosquitto(settings: string[] = []): Promise<TestMosquitto> {
  const broker = await startMosquitto({ settings });
  cleanups.push(() => broker.stop());
  return broker;
}

export async function publisher(url: string, options: Partial<PublisherOptions> = {}) {
  const logger = collectingLogger();
  const made = new MqttPublisher({ url, clientId: 'publisher', logger, ...options });
  cleanups.push(() => made.stop(0));
  await made.start();
  return { publisher: made, logger };
}

export async function connected(url: string, options: Partial<PublisherOptions> = {}): Promise<MqttPublisher> {
  const made = await publisher(url, options);
  await eventually(() => expect(made.publisher.connected).toBe(true));
  return made.publisher;
}

export async function subscriber(url: string, filter: string): Promise<IPublishPacket[]> {
  const client = await mqtt.connectAsync(url, { protocolVersion: 5, reconnectPeriod: 50 });
  cleanups.push(() => client.endAsync(true));
  const got: IPublishPacket[] = [];
  client.on('message', (_topic, _payload, packet) => got.push(packet));
  await client.subscribeAsync(filter, { qos: 1 });
  return got;
}

export const texts = (packets: IPublishPacket[]): string[] => packets.map(({ payload }) => payload.toString());
export const kinds = async (outcomes: Promise<{ kind: string }>[]): Promise<string[]> =>
  (await Promise.all(outcomes)).map(({ kind }) => kind);

/** What holds on every broker that speaks MQTT 5 and tells 0x10. */
export const onAnyBroker = (start: () => Promise<{ url: string }>): void => {
  it('tells a message that somebody subscribes to from one that nobody does', async () => {
    const broker = await start();
    const got = await subscriber(broker.url, 'd/1');
    const sender = await connected(broker.url);
    await expect(sender.publish({ topic: 'd/1', payload: 'open' })).resolves.toEqual({ kind: 'accepted' });
    await expect(sender.publish({ topic: 'd/2', payload: 'open' })).resolves.toEqual({ kind: 'no-subscriber' });
    await eventually(() => expect(got).toMatchObject([{ qos: 1, retain: false }]));
  });

  it('cannot tell over 3.1.1: whatever the broker took is accepted', async () => {
    const broker = await start();
    const sender = await connected(broker.url, { protocolVersion: 4 });
    expect(sender.protocolVersion).toBe(4);
    await expect(sender.publish({ topic: 'd/2', payload: 'open', expirySeconds: 5 })).resolves.toEqual({
      kind: 'accepted',
    });
  });

  it('sends the message expiry in whole seconds, never zero', async () => {
    const broker = await start();
    const got = await subscriber(broker.url, 'd/1');
    const sender = await connected(broker.url);
    for (const expirySeconds of [7.9, 0.2]) await sender.publish({ topic: 'd/1', payload: '', expirySeconds });
    await eventually(() => expect(got.map(({ properties }) => properties?.messageExpiryInterval)).toEqual([7, 1]));
  });

  it('calls a message that only a sleeping session waits for accepted', async () => {
    const broker = await start();
    const session = { clientId: 'sleeper', clean: false, properties: { sessionExpiryInterval: 60 } } as const;
    const sleeper = await mqtt.connectAsync(broker.url, { ...session, protocolVersion: 5 });
    await sleeper.subscribeAsync('d/asleep', { qos: 1 });
    await sleeper.endAsync();
    const sender = await connected(broker.url);
    await expect(sender.publish({ topic: 'd/asleep', payload: 'open' })).resolves.toEqual({ kind: 'accepted' });
  });

  it('gets a thousand messages through at once, however few the broker takes at a time', async () => {
    const broker = await start();
    const got = await subscriber(broker.url, 'many/#');
    const sender = await connected(broker.url);
    const many = Array.from({ length: 1_000 }, (_, n) => String(n));
    const outcomes = await kinds(many.map((payload) => sender.publish({ topic: 'many/1', payload })));
    expect(new Set(outcomes)).toEqual(new Set(['accepted']));
    await eventually(() => expect(texts(got)).toEqual(many));
  });
};
