import { expect } from '@jest/globals';
import { eventually, startAedes, startMosquitto, type MosquittoOptions, type TestMosquitto } from '@downlink/testing';
import mqtt from 'mqtt';
import type { MqttClient } from 'mqtt';
import { MqttReceiver, type ReceiverOptions } from '../receiver/mqtt-receiver.js';
import type { BatchHandler, ReceivedMessage } from '../receiver/received-message.js';
import { collectingLogger } from './collecting-logger.js';
import { startMutingProxy, type MutingProxy } from './muting-proxy.js';

/** What a test has opened, ended at its end, the last first. */
export const cleanups: (() => Promise<unknown>)[] = [];

export async function cleanUp(): Promise<void> {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
}

export async function mosquitto(options: MosquittoOptions = {}): Promise<TestMosquitto> {
  const broker = await startMosquitto(options);
  cleanups.push(() => broker.stop());
  return broker;
}

export async function aedes(): Promise<{ url: string; port: number }> {
  const broker = await startAedes();
  cleanups.push(() => broker.stop());
  return broker;
}

export async function proxyTo({ port }: { port: number }): Promise<MutingProxy> {
  const proxy = await startMutingProxy(port);
  cleanups.push(() => proxy.stop());
  return proxy;
}

export function receiver(url: string, options: Partial<ReceiverOptions> = {}) {
  const logger = collectingLogger();
  const made = new MqttReceiver({ url, clientId: 'receiver', filters: ['up/#'], logger, ...options });
  cleanups.push(() => made.stop());
  return { receiver: made, logger };
}

export async function receiving(
  url: string,
  handler: BatchHandler,
  options: Partial<ReceiverOptions> = {},
): Promise<MqttReceiver> {
  const made = receiver(url, options);
  await made.receiver.start(handler);
  await eventually(() => expect(made.receiver.connected).toBe(true));
  return made.receiver;
}

export async function sender(url: string): Promise<MqttClient> {
  const client = await mqtt.connectAsync(url);
  cleanups.push(() => client.endAsync(true));
  return client;
}

export async function send(client: MqttClient, ...payloads: string[]): Promise<void> {
  await Promise.all(payloads.map((payload) => client.publishAsync('up/1', payload, { qos: 1 })));
}

export const numbers = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, n) => String(from + n));

/** A handler whose first batches wait for `release`. */
export function gatedHandler() {
  let release = (): void => undefined;
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const seen: string[] = [];
  const batches: ReceivedMessage[][] = [];
  const handler: BatchHandler = async (batch) => {
    batches.push(batch);
    await gate;
    seen.push(...batch.map(({ payload }) => payload.toString()));
  };
  return { handler, seen, batches, release: () => release() };
}
