import autocannon from 'autocannon';
import { createBody, type Target } from './target.js';

/** One request after the other, for ever; and what the answer to an accepted one is. */
export interface Submissions {
  readonly origin: string;
  readonly acceptedStatus: number;
  next(): { readonly path: string; readonly headers: Readonly<Record<string, string>>; readonly body: string };
}

export interface AcceptResult {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly notCreated: number;
  /** Accepted while it warmed up and while it was measured. */
  readonly accepted: number;
}

/** Long enough for the compiler of either side to have seen its hot paths: with 2 s the larger program looked a third slower than it is. */
const WARM_UP_S = 12;

/** Huawei's create call, or the bare one, for each device in turn. */
export function creations({ url, headers }: Target, devices: readonly string[]): Submissions {
  const { origin, pathname, search } = new URL(url);
  let next = 0;
  return {
    origin,
    acceptedStatus: 201,
    next: () => ({
      path: `${pathname}${search}`,
      headers: { 'content-type': 'application/json', ...headers },
      body: createBody(devices[next++ % devices.length]!, undefined),
    }),
  };
}

/** POSTs over 64 connections as fast as they are answered. */
export async function accepts(submissions: Submissions, seconds: number): Promise<AcceptResult> {
  // Built one by one: a list of 20,000 requests would be copied for each of the 64 connections.
  const request = {
    method: 'POST' as const,
    path: '/',
    setupRequest: (template: autocannon.Request) => ({ ...template, ...submissions.next() }),
  };
  const load = (duration: number) =>
    autocannon({ url: submissions.origin, connections: 64, duration, requests: [request] });
  const warmUp = await load(WARM_UP_S);
  const result = await load(seconds);
  const accepted = acceptedOf(result, submissions);
  return {
    perSecond: accepted / result.duration,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
    notCreated: result.requests.total - accepted,
    accepted: accepted + acceptedOf(warmUp, submissions),
  };
}

function acceptedOf({ statusCodeStats }: autocannon.Result, { acceptedStatus }: Submissions): number {
  return (statusCodeStats as Record<string, { count?: number }> | undefined)?.[acceptedStatus]?.count ?? 0;
}
