import { deviceIds } from './accept.bench.js';
import { bareTarget, createDatabase } from './bare/bare-target.js';
import { createBareTopics } from './bare/kafka.js';
import { atRate, saturate, untilItFlows, type RoundTripResult } from './load/round-trips.js';
import type { Target } from './load/target.js';
import { WebhookSink } from './load/webhook-sink.js';
import { startBare, startDevices, stopAll } from './processes.js';
import { startProduct } from './product/start-product.js';
import type { Servers } from './servers.js';

const DEVICES = 1_000;
/** Commands under way in the closed loop; more raises the latency and not the rate. */
const OUTSTANDING = 512;

export interface RoundTripSeries {
  readonly saturated: RoundTripResult;
  readonly tenth: RoundTripResult;
  readonly half: RoundTripResult;
}

export interface RoundTripFigures {
  readonly bare: RoundTripSeries;
  readonly product: RoundTripSeries;
  /** product ÷ bare, round trips per second at saturation */
  readonly ratio: number;
  /** product ÷ bare, p50 at a tenth of the own rate, and at the tenth of the product's rate on both */
  readonly p50TenthRatio: number;
}

/** (b) Round trip: REST accepted → webhook received, over real Kafka, Mosquitto and Postgres, every part its own process. */
export async function benchRoundTrip(servers: Servers, seconds: number): Promise<RoundTripFigures> {
  const devices = await startDevices(servers.mosquitto.url, DEVICES);
  try {
    const bare = await runBare(servers, seconds);
    const product = await runProduct(servers, seconds);
    return {
      bare,
      product,
      ratio: product.saturated.perSecond / bare.saturated.perSecond,
      p50TenthRatio: product.tenth.p50Ms / bare.tenth.p50Ms,
    };
  } finally {
    await stopAll([devices]);
  }
}

async function series(target: Target, devices: readonly string[], seconds: number): Promise<RoundTripSeries> {
  const sink = new WebhookSink();
  const run = { target, sink, sinkUrl: await sink.listen(), devices, seconds };
  try {
    await untilItFlows(run);
    const saturated = await saturate(run, OUTSTANDING);
    progress(target, 'saturated', saturated);
    const tenth = await atRate(run, saturated.perSecond / 10);
    progress(target, 'a tenth', tenth);
    const half = await atRate(run, saturated.perSecond / 2);
    progress(target, 'half', half);
    return { saturated, tenth, half };
  } finally {
    await sink.close();
  }
}

function progress({ name }: Target, what: string, { perSecond, p50Ms, p99Ms, failed, lost }: RoundTripResult): void {
  const figures = `${perSecond.toFixed(0)}/s, p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms, ${failed} failed, ${lost} lost`;
  process.stderr.write(`round trip, ${name}, ${what}: ${figures}\n`);
}

async function runBare(servers: Servers, seconds: number): Promise<RoundTripSeries> {
  const databaseUrl = await createDatabase(servers, 'bare_round_trip');
  const brokers = servers.kafka.brokers.join(',');
  const mqttUrl = servers.mosquitto.url;
  await createBareTopics(brokers);
  const target = await bareTarget();
  const api = await startBare('api', { port: target.port, databaseUrl, brokers });
  const rest = await Promise.all([
    startBare('dispatcher', { databaseUrl, brokers, mqttUrl }),
    startBare('notifier', { brokers }),
  ]);
  try {
    return await series(target, deviceIds(DEVICES), seconds);
  } finally {
    await stopAll([api, ...rest]);
  }
}

async function runProduct(servers: Servers, seconds: number): Promise<RoundTripSeries> {
  const services = ['command-api', 'dispatcher', 'scheduler', 'notifier'] as const;
  const product = await startProduct(servers, { devices: DEVICES, services, name: 'round_trip' });
  try {
    return await series(await product.target(), product.deviceIds, seconds);
  } finally {
    await product.stop();
  }
}
