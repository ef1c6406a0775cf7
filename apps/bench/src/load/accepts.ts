import autocannon from 'autocannon';
import { createBody, type Target } from './target.js';

export interface AcceptResult {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly notCreated: number;
}

/** Long enough for the compiler of either side to have seen its hot paths: with 2 s the larger program looked a third slower than it is. */
const WARM_UP_S = 12;

/** POST create over 64 connections as fast as they are answered; every answer must be 201. */
export async function accepts(target: Target, devices: readonly string[], seconds: number): Promise<AcceptResult> {
  const { origin, pathname, search } = new URL(target.url);
  let next = 0;
  // Built one by one: a list of 20,000 requests would be copied for each of the 64 connections.
  const request = {
    method: 'POST' as const,
    path: `${pathname}${search}`,
    headers: { 'content-type': 'application/json', ...target.headers },
    setupRequest: (template: autocannon.Request) => ({
      ...template,
      body: createBody(devices[next++ % devices.length]!, undefined),
    }),
  };
  const load = (duration: number) => autocannon({ url: origin, connections: 64, duration, requests: [request] });
  await load(WARM_UP_S);
  const result = await load(seconds);
  const created = (result.statusCodeStats as Record<string, { count?: number }> | undefined)?.['201']?.count ?? 0;
  return {
    perSecond: created / result.duration,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
    notCreated: result.requests.total - created,
  };
}
