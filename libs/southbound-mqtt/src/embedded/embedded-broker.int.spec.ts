import { connect as connectSocket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from '@jest/globals';
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { eventually } from '@downlink/testing';
import { MqttPublisher } from '../publisher/mqtt-publisher.js';
import { MqttReceiver } from '../receiver/mqtt-receiver.js';
import { collectingLogger } from '../spec-support/collecting-logger.js';
import { EmbeddedBroker } from './embedded-broker.js';

const account = { username: 'platform', password: 'generated' };
const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function start() {
  const logger = collectingLogger();
  const broker = new EmbeddedBroker({ port: 0, account, logger });
  await broker.start();
  cleanups.push(() => broker.close());
  return { broker, logger, url: `mqtt://127.0.0.1:${String(broker.port)}` };
}

async function client(url: string, options: IClientOptions = {}): Promise<MqttClient> {
  const connected = await connectAsync(url, { ...account, protocolVersion: 4, reconnectPeriod: 0, ...options }, false);
  cleanups.push(() => connected.endAsync(true));
  return connected;
}

describe('the embedded broker', () => {
  it('carries messages of the platform, and keeps what a persistent session has not received', async () => {
    const { url } = await start();
    const address = { url, ...account, logger: collectingLogger() };
    const publisher = new MqttPublisher({ ...address, clientId: 'out' });
    const receiver = () => new MqttReceiver({ ...address, clientId: 'in', filters: ['uplinks/#'] });
    cleanups.push(() => publisher.stop());
    await publisher.start();
    const got: string[] = [];
    const receive = async () => {
      const one = receiver();
      await one.start(async (batch) => void got.push(...batch.map(({ payload }) => payload.toString())));
      await eventually(() => expect([publisher.connected, one.connected]).toEqual([true, true]));
      return one;
    };
    const first = await receive();
    await expect(publisher.publish({ topic: 'uplinks/1', payload: 'while it is there' })).resolves.toEqual({
      kind: 'accepted',
    });
    await eventually(() => expect(got).toEqual(['while it is there']));
    await first.stop();
    await publisher.publish({ topic: 'uplinks/1', payload: 'while it is away' });
    const second = await receive();
    await eventually(() => expect(got).toEqual(['while it is there', 'while it is away']));
    await second.stop();
  });

  it.each<[string, IClientOptions]>([
    ['a wrong password', { password: 'guessed' }],
    ['another name', { username: 'device-1' }],
    ['no credentials', { username: '', password: '' }],
  ])('refuses who comes with %s, and logs no secret', async (_, options) => {
    const { url, logger } = await start();
    await expect(client(url, options)).rejects.toMatchObject({ code: 4 });
    expect(logger.lines).toMatchObject([{ level: 'warn' }]);
    expect(JSON.stringify(logger.lines)).not.toMatch(/guessed|generated/);
  });

  it('publishes the will of a session that breaks, and none of one that ends', async () => {
    const { url } = await start();
    const got: string[] = [];
    const listener = await client(url, { clientId: 'listener' });
    listener.on('message', (_topic, payload) => got.push(payload.toString()));
    await listener.subscribeAsync('wills', { qos: 1 });
    const will = (text: string) => ({ topic: 'wills', payload: Buffer.from(text), qos: 1 as const, retain: false });
    const polite = await client(url, { clientId: 'polite', will: will('never') });
    const broken = await client(url, { clientId: 'broken', will: will('broke') });
    await polite.endAsync();
    broken.stream.destroy();
    await eventually(() => expect(got).toEqual(['broke']));
  });

  it('can be reached from this machine only', async () => {
    const { broker } = await start();
    const addresses = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
    for (const { address } of addresses.filter(({ internal, family }) => !internal && family === 'IPv4')) {
      await expect(once(connectSocket(broker.port, address), 'connect')).rejects.toThrow(/ECONNREFUSED/);
    }
  });

  it('ends its connections when it closes', async () => {
    const { url, broker } = await start();
    const connected = await client(url);
    await broker.close();
    await eventually(() => expect(connected.connected).toBe(false));
    await expect(client(url)).rejects.toThrow();
  });

  it('does not start on a port that is taken', async () => {
    const { broker } = await start();
    const second = new EmbeddedBroker({ port: broker.port, account, logger: collectingLogger() });
    await expect(second.start()).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});
