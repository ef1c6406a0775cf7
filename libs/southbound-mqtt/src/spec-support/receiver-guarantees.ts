import { expect, it } from '@jest/globals';
import { eventually } from '@downlink/testing';
import type { ReceivedMessage } from '../receiver/received-message.js';
import { gatedHandler, numbers, proxyTo, receiver, receiving, send, sender } from './receiver-fixture.js';

/** A broker and how it is spoken to. */
export interface BrokerCase {
  name: string;
  start: () => Promise<{ url: string; port: number }>;
  protocolVersion: 5 | 4 | 'auto';
}

/** What a receiver promises on any broker. */
export const deliveryGuarantees = ({ start, protocolVersion }: BrokerCase): void => {
  it('acknowledges nothing before the handler resolved: a message whose handler still runs comes again on a new connection', async () => {
    const broker = await start();
    const proxy = await proxyTo(broker);
    const { handler, batches, seen, release } = gatedHandler();
    const made = await receiving(proxy.url, handler, { protocolVersion });
    await send(await sender(broker.url), 'a');
    await eventually(() => expect(batches.flat()).toHaveLength(1));
    proxy.cut();
    await eventually(() => expect(made.connected).toBe(false));
    await eventually(() => expect(made.connected).toBe(true));
    release();
    await eventually(() => expect(seen).toEqual(['a', 'a']));
  });

  it('has acknowledged what its handler took: it does not come again', async () => {
    const broker = await start();
    const { handler, seen, release } = gatedHandler();
    release();
    const first = await receiving(broker.url, handler, { protocolVersion });
    const client = await sender(broker.url);
    await send(client, ...numbers(0, 50));
    await eventually(() => expect(seen).toHaveLength(50));
    await first.stop();
    await send(client, 'while away');
    const again = gatedHandler();
    again.release();
    await receiving(broker.url, again.handler, { protocolVersion });
    await eventually(() => expect(again.seen).toEqual(['while away']));
  });

  it('hands over what its session had queued while it was away, from the first message on and in order', async () => {
    const broker = await start();
    const away = await receiving(broker.url, async () => undefined, { protocolVersion });
    await away.stop();
    await send(await sender(broker.url), ...numbers(0, 100));
    const { handler, seen, release } = gatedHandler();
    release();
    await receiving(broker.url, handler, { protocolVersion });
    await eventually(() => expect(seen).toEqual(numbers(0, 100)));
  });

  it('keeps a batch whose handler fails and tries it again until it succeeds', async () => {
    const broker = await start();
    const made = receiver(broker.url, { protocolVersion });
    const tries: string[][] = [];
    await made.receiver.start(async (batch) => {
      tries.push(batch.map(({ payload }) => payload.toString()));
      if (tries.length < 3) throw new Error('the database is away');
    });
    await eventually(() => expect(made.receiver.connected).toBe(true));
    await send(await sender(broker.url), 'a');
    await eventually(() => expect(tries).toEqual([['a'], ['a'], ['a']]));
    expect(made.logger.lines.filter(({ level }) => level === 'error')).toHaveLength(2);
  });

  it('finishes and acknowledges the running batch when stopped', async () => {
    const broker = await start();
    const { handler, batches, seen, release } = gatedHandler();
    const made = await receiving(broker.url, handler, { protocolVersion });
    await send(await sender(broker.url), 'a');
    await eventually(() => expect(batches).toHaveLength(1));
    const stopped = made.stop();
    release();
    await stopped;
    expect(seen).toEqual(['a']);
    const again = gatedHandler();
    again.release();
    await receiving(broker.url, again.handler, { protocolVersion });
    await send(await sender(broker.url), 'b');
    await eventually(() => expect(again.seen).toEqual(['b']));
  });

  it('leaves a batch that fails to the next start when stopped meanwhile', async () => {
    const broker = await start();
    const made = await receiving(broker.url, async () => Promise.reject(new Error('away')), { protocolVersion });
    await send(await sender(broker.url), 'a');
    await made.stop();
    const { handler, seen, release } = gatedHandler();
    release();
    await receiving(broker.url, handler, { protocolVersion });
    await eventually(() => expect(seen).toEqual(['a']));
  });

  it('delivers QoS 0 messages as well, and says which messages were retained', async () => {
    const broker = await start();
    const client = await sender(broker.url);
    await client.publishAsync('up/birth', 'on', { qos: 1, retain: true });
    const got: ReceivedMessage[] = [];
    await receiving(broker.url, async (batch) => void got.push(...batch), { protocolVersion });
    await eventually(() => expect(got).toMatchObject([{ topic: 'up/birth', retained: true }]));
    const before = performance.now();
    await client.publishAsync('up/2', 'hello', { qos: 0 });
    await eventually(() =>
      expect(got[1]).toMatchObject({ topic: 'up/2', retained: false, payload: Buffer.from('hello') }),
    );
    expect(got[1]?.receivedAt).toBeGreaterThanOrEqual(before);
  });

  it('never has two handler calls at a time, nor a batch beyond its bound', async () => {
    const broker = await start();
    let running = 0;
    const sizes: number[] = [];
    await receiving(
      broker.url,
      async (batch) => {
        running += 1;
        sizes.push(batch.length * running);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
      },
      { protocolVersion, receiveMaximum: 10 },
    );
    await send(await sender(broker.url), ...numbers(0, 200));
    await eventually(() => expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(200));
    expect(Math.max(...sizes)).toBeLessThanOrEqual(10);
  });
};

/** Where the broker sends on while earlier messages have no PUBACK yet. HiveMQ CE sends what has queued, and waits for all PUBACKs of it. */
export const deliveryWithoutPause = ({ start, protocolVersion }: BrokerCase): void => {
  it('goes on parsing while a handler waits, and takes what has piled up as the next batch', async () => {
    const broker = await start();
    const { handler, batches, seen, release } = gatedHandler();
    const made = await receiving(broker.url, handler, { protocolVersion });
    const client = await sender(broker.url);
    await send(client, 'first');
    await eventually(() => expect(batches).toHaveLength(1));
    await send(client, ...numbers(0, 15));
    await eventually(() => expect(made.pending).toBe(15));
    release();
    await eventually(() => expect(seen).toEqual(['first', ...numbers(0, 15)]));
    expect(batches.map((batch) => batch.length)).toEqual([1, 15]);
  });
};
