import { accepts, creations, type AcceptResult } from './load/accepts.js';
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

/**
 * (a) Accept: POST create, one front process, on a real Postgres, with the record that follows to a real Kafka. Each side twice, in the
 * order ABBA, so that servers that are still warming up, or a machine that slows down, favour nobody.
 */
export async function benchAccept(servers: Servers, seconds: number): Promise<AcceptFigures> {
  const sides = { bare: acceptBare, downlink: acceptProduct };
  const results: Record<keyof typeof sides, AcceptResult[]> = { bare: [], downlink: [] };
  for (const [place, side] of (['bare', 'downlink', 'downlink', 'bare'] as const).entries()) {
    results[side].push(progress(side, await sides[side](servers, seconds, `accept_${place}`)));
  }
  const [bare, product] = [meanOf(results.bare), meanOf(results.downlink)];
  return { bare, product, ratio: product.perSecond / bare.perSecond };
}

export function meanOf(results: readonly AcceptResult[]): AcceptResult {
  const sum = (figure: keyof AcceptResult) => results.reduce((total, result) => total + result[figure], 0);
  const mean = (figure: keyof AcceptResult) => sum(figure) / results.length;
  return {
    perSecond: mean('perSecond'),
    p50Ms: mean('p50Ms'),
    p99Ms: mean('p99Ms'),
    notCreated: sum('notCreated'),
    accepted: sum('accepted'),
  };
}

export function progress(name: string, result: AcceptResult): AcceptResult {
  const { perSecond, p50Ms, p99Ms, notCreated } = result;
  process.stderr.write(
    `accept, ${name}: ${perSecond.toFixed(0)}/s, p50 ${p50Ms} ms, p99 ${p99Ms} ms, ${notCreated} not created\n`,
  );
  return result;
}

async function acceptBare(servers: Servers, seconds: number, name: string): Promise<AcceptResult> {
  const databaseUrl = await createDatabase(servers, name);
  const brokers = servers.kafka.brokers.join(',');
  await createBareTopics(brokers);
  const target = await bareTarget();
  const api = await startBare('api', { port: target.port, databaseUrl, brokers });
  try {
    return await accepts(creations(target, deviceIds(DEVICES)), seconds);
  } finally {
    await stopAll([api]);
  }
}

async function acceptProduct(servers: Servers, seconds: number, name: string): Promise<AcceptResult> {
  const product = await startProduct(servers, { devices: DEVICES, services: ['command-api'], name });
  try {
    return await accepts(creations(await product.target(), product.deviceIds), seconds);
  } finally {
    await product.stop();
  }
}

export function deviceIds(count: number): string[] {
  return Array.from({ length: count }, (_, n) => `device-${n}`);
}
