import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { describeWithServers, eventually, startHiveMq, startMosquitto } from '@downlink/testing';
import mqtt from 'mqtt';
import { collectingLogger } from '../spec-support/collecting-logger.js';
import { MqttReceiver } from './mqtt-receiver.js';
import type { BatchHandler } from './received-message.js';
import { retireSession } from './retire-session.js';

const OLD = 'receiver-of-an-earlier-version';
const FILTERS = ['up/+/answers', 'up/+/reports'];
const signal = new AbortController().signal;

const suite = (start: () => Promise<{ url: string; stop(): Promise<void> }>): void => {
  let broker: { url: string; stop(): Promise<void> };
  beforeAll(async () => {
    broker = await start();
  }, 300_000);
  afterAll(async () => {
    await broker.stop();
  });
  const cleanups: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
  });

  const receiving = async (clientId: string, filters: string[], handler: BatchHandler): Promise<MqttReceiver> => {
    const made = new MqttReceiver({ url: broker.url, clientId, filters, logger: collectingLogger() });
    await made.start(handler);
    await eventually(() => expect(made.connected).toBe(true));
    return made;
  };
  const publish = async (from: number, to: number, topic = 'up/d/answers'): Promise<number[]> => {
    const client = await mqtt.connectAsync(broker.url, { protocolVersion: 5 });
    const reasons: number[] = [];
    client.on('packetreceive', (packet) => {
      if (packet.cmd === 'puback') reasons.push(packet.reasonCode ?? 0);
    });
    for (let n = from; n < to; n++) await client.publishAsync(topic, String(n), { qos: 1 });
    await client.endAsync();
    return reasons;
  };
  const sessionPresent = async (): Promise<boolean> => {
    const client = mqtt.connect(broker.url, { clientId: OLD, clean: false, protocolVersion: 5 });
    const present = await new Promise<boolean>((resolve) =>
      client.once('connect', (ack) => resolve(ack.sessionPresent)),
    );
    await client.endAsync();
    return present;
  };
  const retire = (take: BatchHandler, ending = signal) =>
    retireSession({
      address: { url: broker.url, clientId: OLD },
      formerFilters: FILTERS,
      take,
      logger: collectingLogger(),
      signal: ending,
    });

  it('hands over what it had queued, and is no more: nothing goes to it any longer', async () => {
    await (await receiving(OLD, FILTERS, async () => undefined)).stop();
    expect(await publish(0, 200)).toEqual(Array.from({ length: 200 }, () => 0));
    const taken: string[] = [];
    const found = await retire(async (batch) => void taken.push(...batch.map(({ payload }) => payload.toString())));
    expect(taken).toEqual(Array.from({ length: 200 }, (_, n) => String(n)));
    expect(found).toBe(200);
    expect(await publish(0, 1)).toEqual([0x10]);
    expect(await sessionPresent()).toBe(false);
  });

  it('that never existed leaves nothing behind', async () => {
    expect(await retire(async () => undefined)).toBe(0);
    expect(await sessionPresent()).toBe(false);
  });

  it('gives its new successor everything that is said meanwhile', async () => {
    await (await receiving(OLD, FILTERS, async () => undefined)).stop();
    const taken = new Set<string>();
    const take: BatchHandler = async (batch) => batch.forEach(({ payload }) => taken.add(payload.toString()));
    const successor = await receiving('successor', FILTERS, take);
    cleanups.push(() => successor.stop());
    const [found] = await Promise.all([retire(take), publish(0, 200)]);
    expect(found).toBeGreaterThanOrEqual(0);
    await eventually(() => expect(taken.size).toBe(200));
  });

  it('keeps what was not acknowledged when it is ended half way', async () => {
    await (await receiving(OLD, FILTERS, async () => undefined)).stop();
    await publish(0, 50);
    const ending = new AbortController();
    const half = await retire(async () => {
      ending.abort();
      throw new Error('the store is away');
    }, ending.signal);
    expect(half).toBeUndefined();
    const taken = new Set<string>();
    await retire(async (batch) => batch.forEach(({ payload }) => taken.add(payload.toString())));
    expect(taken.size).toBeGreaterThanOrEqual(50);
  });

  it('of a receiver with other filters now has none of the former ones', async () => {
    const [before, after] = [['former/#'], ['other/#']];
    await (await receiving('changed', before, async () => undefined)).stop();
    const options = { url: broker.url, clientId: 'changed', logger: collectingLogger() };
    const changed = new MqttReceiver({ ...options, filters: after, formerFilters: before });
    cleanups.push(() => changed.stop());
    await changed.start(async () => undefined);
    await eventually(() => expect(changed.connected).toBe(true));
    expect(await publish(0, 1, 'former/topic')).toEqual([0x10]);
  });
};

describeWithServers(['mosquitto'], 'a receiving session that is given up, on Mosquitto', () =>
  suite(() => startMosquitto()),
);
describeWithServers(['hivemq'], 'a receiving session that is given up, on HiveMQ', () => suite(() => startHiveMq()));
