import { accepts, type AcceptResult } from './load/accepts.js';
import type { Target } from './load/target.js';
import { createBareTopics } from './bare/kafka.js';
import { startBare, stopAll } from './processes.js';
import { bareTarget, createDatabase } from './bare/bare-target.js';
import { startProduct } from './product/start-product.js';
import type { Servers } from './servers.js';

/** 20 commands may queue per device: enough devices that no lane fills within the run. */
const DEVICES = 20_000;

export interface AcceptFigures {
  readonly bare: AcceptResult;
  readonly product: AcceptResult;
  /** product ÷ bare, accepted per second */
  readonly ratio: number;
}

/** (a) Accept: POST create, one front process, on a real Postgres, with the record that follows to a real Kafka. */
export async function benchAccept(servers: Servers, seconds: number): Promise<AcceptFigures> {
  const bare = progress('bare', await acceptBare(servers, seconds));
  const product = progress('downlink', await acceptProduct(servers, seconds));
  return { bare, product, ratio: product.perSecond / bare.perSecond };
}

function progress(name: string, result: AcceptResult): AcceptResult {
  const { perSecond, p50Ms, p99Ms, notCreated } = result;
  process.stderr.write(
    `accept, ${name}: ${perSecond.toFixed(0)}/s, p50 ${p50Ms} ms, p99 ${p99Ms} ms, ${notCreated} not created\n`,
  );
  return result;
}

async function acceptBare(servers: Servers, seconds: number): Promise<AcceptResult> {
  const databaseUrl = await createDatabase(servers, 'bare_accept');
  const brokers = servers.kafka.brokers.join(',');
  await createBareTopics(brokers);
  const target = await bareTarget();
  const api = await startBare('api', { port: target.port, databaseUrl, brokers });
  try {
    return await accepts(target, deviceIds(DEVICES), seconds);
  } finally {
    await stopAll([api]);
  }
}

async function acceptProduct(servers: Servers, seconds: number): Promise<AcceptResult> {
  const product = await startProduct(servers, { devices: DEVICES, services: ['command-api'], name: 'accept' });
  try {
    const target: Target = await product.target();
    return await accepts(target, product.deviceIds, seconds);
  } finally {
    await product.stop();
  }
}

export function deviceIds(count: number): string[] {
  return Array.from({ length: count }, (_, n) => `device-${n}`);
}
