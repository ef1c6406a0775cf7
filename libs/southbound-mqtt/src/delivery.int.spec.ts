import { afterEach, expect, it } from '@jest/globals';
import { describeWithServers, eventually, startAedes, startMosquitto } from '@downlink/testing';
import { MqttPublisher } from './publisher/mqtt-publisher.js';
import type { PublishOutcome } from './publisher/publish-outcome.js';
import { MqttReceiver } from './receiver/mqtt-receiver.js';
import { collectingLogger } from './spec-support/collecting-logger.js';
import { startMutingProxy } from './spec-support/muting-proxy.js';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

describeWithServers(['mosquitto'], 'publisher and receiver over a network that keeps breaking', () => {
  it.each([
    { name: 'Mosquitto', start: () => startMosquitto() },
    { name: 'the embedded broker', start: () => startAedes() },
  ])('deliver all that $name accepted, and nothing that was unavailable', async ({ start }) => {
    const broker = await start();
    cleanups.push(() => broker.stop());
    const [out, back] = [await startMutingProxy(broker.port), await startMutingProxy(broker.port)];
    cleanups.push(
      () => out.stop(),
      () => back.stop(),
    );
    const publisher = new MqttPublisher({ url: out.url, clientId: 'out', window: 50, logger: collectingLogger() });
    const receiver = new MqttReceiver({
      url: back.url,
      clientId: 'in',
      filters: ['up'],
      receiveMaximum: 50,
      logger: collectingLogger(),
    });
    cleanups.push(
      () => publisher.stop(0),
      () => receiver.stop(),
    );
    const received = new Set<string>();
    let calls = 0;
    await receiver.start(async (batch) => {
      calls += 1;
      await new Promise((resolve) => setImmediate(resolve));
      if (calls % 7 === 0) throw new Error('a fault now and then');
      for (const { payload } of batch) received.add(payload.toString());
    });
    await publisher.start();
    await eventually(() => expect([publisher.connected, receiver.connected]).toEqual([true, true]));

    const outcomes: [string, Promise<PublishOutcome>][] = [];
    let next = 0;
    for (let cuts = 0; cuts < 4; cuts += 1) {
      for (let n = 0; n < 300; n += 1) {
        next += 1;
        outcomes.push([String(next), publisher.publish({ topic: 'up', payload: String(next) })]);
      }
      // Somewhere in the middle of it: some are answered, some in flight, some waiting, some not yet handled.
      await Promise.race([outcomes.at(-200)?.[1], outcomes.at(-1)?.[1]]);
      back.down();
      out.down();
      await eventually(() => expect([publisher.connected, receiver.connected]).toEqual([false, false]));
      outcomes.push(['never', publisher.publish({ topic: 'up', payload: 'never' })]);
      back.up();
      out.up();
      await eventually(() => expect([publisher.connected, receiver.connected]).toEqual([true, true]));
    }
    const settled = await Promise.all(outcomes.map(async ([text, outcome]) => ({ text, kind: (await outcome).kind })));
    const texts = (kind: string): string[] => settled.filter((one) => one.kind === kind).map(({ text }) => text);
    expect(texts('accepted').length).toBeGreaterThan(300);
    expect(texts('unavailable').length).toBeGreaterThan(4);
    await eventually(() => expect(texts('accepted').filter((text) => !received.has(text))).toEqual([]), {
      withinMs: 30_000,
    });
    expect(texts('unavailable').filter((text) => received.has(text))).toEqual([]);
  });
});
