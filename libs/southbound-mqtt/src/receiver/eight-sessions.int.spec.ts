import { afterEach, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeWithServers, eventually, startHiveMq, startMosquitto } from '@downlink/testing';
import mqtt from 'mqtt';
import { collectingLogger } from '../spec-support/collecting-logger.js';
import { UPLINK_BUCKETS } from '../uplinks/uplink-topic.js';
import { mergeTakes } from './merge-takes.js';
import { MqttReceiver } from './mqtt-receiver.js';
import type { BatchHandler } from './received-message.js';

const MESSAGES = 20_000;
const WRITE_MS = 5;
const buckets = Array.from({ length: UPLINK_BUCKETS }, (_, bucket) => bucket);
/** Each session's client id and filters: one for all buckets, as it was; one for each. */
const one = [{ clientId: 'one', filters: buckets.map((bucket) => `up/${String(bucket)}/#`) }];
const eight = buckets.map((bucket) => ({ clientId: `eight-${String(bucket)}`, filters: [`up/${String(bucket)}/#`] }));

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function connectAll(url: string, sessions: typeof one, handler: BatchHandler): Promise<MqttReceiver[]> {
  const take = mergeTakes(handler);
  const receivers = sessions.map((session) => new MqttReceiver({ url, ...session, logger: collectingLogger() }));
  for (const receiver of receivers) await receiver.start(take);
  await eventually(() => expect(receivers.every(({ connected }) => connected)).toBe(true));
  return receivers;
}

/** Messages a second, and how many calls they took: everything is queued in the broker, then the sessions connect. */
async function drain(url: string, sessions: typeof one): Promise<{ rate: number; calls: number }> {
  for (const receiver of await connectAll(url, sessions, async () => undefined)) await receiver.stop();
  const sender = await mqtt.connectAsync(url, { protocolVersion: 5 });
  for (let at = 0; at < MESSAGES; at += 500) {
    const topics = Array.from({ length: 500 }, (_, n) => `up/${String((at + n) % UPLINK_BUCKETS)}/d`);
    await Promise.all(topics.map((topic) => sender.publishAsync(topic, 'x'.repeat(200), { qos: 1 })));
  }
  await sender.endAsync();
  let [taken, calls] = [0, 0];
  const began = performance.now();
  const receivers = await connectAll(url, sessions, async (batch) => {
    await sleep(WRITE_MS);
    taken += batch.length;
    calls += 1;
  });
  await eventually(() => expect(taken).toBeGreaterThanOrEqual(MESSAGES), { withinMs: 60_000, everyMs: 5 });
  const seconds = (performance.now() - began) / 1_000;
  for (const receiver of receivers) await receiver.stop();
  const client = (clientId: string) => mqtt.connectAsync(url, { clientId, clean: true });
  for (const { clientId } of sessions) await (await client(clientId)).endAsync();
  expect(taken).toBe(MESSAGES);
  return { rate: MESSAGES / seconds, calls };
}

const compare = async (name: string, url: string): Promise<number> => {
  const best = { one: 0, eight: 0 };
  const said: string[] = [];
  for (const round of [1, 2]) {
    const [single, spread] = [await drain(url, one), await drain(url, eight)];
    best.one = Math.max(best.one, single.rate);
    best.eight = Math.max(best.eight, spread.rate);
    said.push(`round ${String(round)}: ${told(single)} against ${told(spread)}`);
  }
  process.stdout.write(`one session against eight on ${name}: ${said.join('; ')}\n`);
  return best.eight / best.one;
};
const told = ({ rate, calls }: { rate: number; calls: number }) => `${rate.toFixed(0)}/s in ${String(calls)} calls`;

describeWithServers(['mosquitto'], 'eight sessions in one process, merged, on Mosquitto', () => {
  it('take no less than half of what one takes: the sessions share their calls', async () => {
    const broker = await startMosquitto();
    cleanups.push(() => broker.stop());
    expect(await compare('Mosquitto', broker.url)).toBeGreaterThan(0.5);
  });
});

describeWithServers(['hivemq'], 'eight sessions in one process, merged, on HiveMQ', () => {
  it('take no less than half of what one takes', async () => {
    const broker = await startHiveMq({ receiveMaximum: 1_000 });
    cleanups.push(() => broker.stop());
    expect(await compare('HiveMQ', broker.url)).toBeGreaterThan(0.5);
  }, 300_000);
});
