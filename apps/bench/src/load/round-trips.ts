import { build, type Histogram } from 'hdr-histogram-js';
import { setTimeout as pause } from 'node:timers/promises';
import { Pool } from 'undici';
import { createBody, type Target } from './target.js';
import type { WebhookSink } from './webhook-sink.js';

export interface RoundTripResult {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly completed: number;
  readonly failed: number;
  /** Commands whose final webhook had not come 10 s after the end. */
  readonly lost: number;
}

interface Run {
  readonly target: Target;
  readonly sink: WebhookSink;
  readonly sinkUrl: string;
  readonly devices: readonly string[];
  readonly seconds: number;
}

/** For the connections of an open loop; the saturated run before it has warmed the programs up. */
const WARM_UP_S = 3;
/** For the compilers of both sides, as in `accepts`. */
const SATURATION_WARM_UP_S = 12;

/** Enough devices to meet every partition of every topic. */
const FIRST_DEVICES = 100;
const FIRST_WITHIN_MS = 120_000;

/**
 * Returns when a hundred devices have answered: consumer groups have formed, partitions have leaders. A side whose groups formed for
 * 13 s went through its warm-up standing still, and was measured cold.
 */
export async function untilItFlows(run: Run): Promise<void> {
  const trip = new Trips(run);
  const first = Array.from({ length: FIRST_DEVICES }, () => trip.once(performance.now()));
  const inTime = await Promise.race([
    Promise.all(first).then(() => true),
    pause(FIRST_WITHIN_MS, false, { ref: false }),
  ]);
  if (!inTime) throw new Error(`${run.target.name}: no round trips within ${String(FIRST_WITHIN_MS)} ms`);
  await trip.result();
}

/** Closed loop: `outstanding` commands are under way all the time; says how many round trips a second that gives. */
export async function saturate(run: Run, outstanding: number): Promise<RoundTripResult> {
  const trip = new Trips(run);
  const totalMs = (SATURATION_WARM_UP_S + run.seconds) * 1_000;
  const end = performance.now() + totalMs;
  trip.measureAfter(SATURATION_WARM_UP_S * 1_000);
  const worker = async (): Promise<void> => {
    while (performance.now() < end) await trip.once(performance.now());
  };
  const workers = Array.from({ length: outstanding }, worker);
  await Promise.race([Promise.all(workers), pause(totalMs)]);
  return trip.result();
}

/** Open loop: one command every 1/rate s, whatever became of the earlier ones; latency counts from when it was due to be sent. */
export async function atRate(run: Run, rate: number): Promise<RoundTripResult> {
  const trip = new Trips(run);
  trip.measureAfter(WARM_UP_S * 1_000);
  const start = performance.now();
  const total = Math.round(rate * (WARM_UP_S + run.seconds));
  for (let sent = 0; sent < total;) {
    const dueCount = Math.min(total, Math.floor(((performance.now() - start) / 1_000) * rate) + 1);
    for (; sent < dueCount; sent++) void trip.once(start + (sent / rate) * 1_000);
    await pause(1);
  }
  return trip.result();
}

class Trips {
  private readonly pool: Pool;
  private readonly histogram: Histogram = build({ numberOfSignificantValueDigits: 3 });
  private readonly path: string;
  private measureFrom = Infinity;
  private next = 0;
  private completed = 0;
  private failed = 0;
  private underWay = 0;
  private firstAt = Infinity;
  private lastAt = 0;

  constructor(private readonly run: Run) {
    const url = new URL(run.target.url);
    this.path = `${url.pathname}${url.search}`;
    this.pool = new Pool(url.origin, { connections: 64 });
  }

  measureAfter(ms: number): void {
    this.measureFrom = performance.now() + ms;
  }

  /** One command from its creation to its final webhook. */
  async once(dueAt: number): Promise<void> {
    const { devices, target, sink, sinkUrl } = this.run;
    const deviceId = devices[this.next++ % devices.length]!;
    this.underWay += 1;
    const response = await this.pool.request({
      path: this.path,
      method: 'POST',
      headers: { 'content-type': 'application/json', ...target.headers },
      body: createBody(deviceId, sinkUrl),
    });
    const answer = (await response.body.json()) as { commandId?: string };
    if (response.statusCode !== 201 || answer.commandId === undefined) {
      this.failed += 1;
      this.underWay -= 1;
      return;
    }
    await sink.finalOf(answer.commandId);
    this.underWay -= 1;
    this.note(dueAt);
  }

  async result(): Promise<RoundTripResult> {
    for (const end = performance.now() + 10_000; this.underWay > 0 && performance.now() < end;) await pause(20);
    const lost = this.underWay;
    await this.pool.destroy();
    return {
      perSecond: this.completed / Math.max(0.001, (this.lastAt - this.firstAt) / 1_000),
      p50Ms: this.histogram.getValueAtPercentile(50) / 1_000,
      p99Ms: this.histogram.getValueAtPercentile(99) / 1_000,
      completed: this.completed,
      failed: this.failed,
      lost,
    };
  }

  private note(dueAt: number): void {
    const now = performance.now();
    if (now < this.measureFrom) return;
    this.firstAt = Math.min(this.firstAt, now);
    this.lastAt = now;
    this.completed += 1;
    this.histogram.recordValue(Math.max(1, Math.round((now - dueAt) * 1_000)));
  }
}
