import { setTimeout as wait } from 'node:timers/promises';
import type { Latency, Period } from '@downlink/store-postgres';
import { STEADY_PREFIX } from './device-mix.js';
import type { Fault } from './faults.js';
import type { FaultWorld } from './fault-world.js';

export interface Timing {
  /** Load before the fault, in ms. */
  readonly beforeMs: number;
  /** Length of the fault, in ms. */
  readonly faultMs: number;
}

/** What a fault did while it lasted. Instants are ms since 1970 on the database's clock. */
export interface Struck {
  readonly times: number;
  readonly inFlight: number;
  readonly before: Period;
  readonly during: Period;
  /** From its end until as much is finished as before; null when that did not happen within 120 s. */
  readonly recoveryMs: number | null;
}

const RECOVERED = 0.9;
/** What was begun a moment ago counts as flowing when this much of it is finished; how long that is waited for. */
const FLOWING = 0.8;
const FLOWING_WITHIN_MS = 20_000;
const RECOVERY_WITHIN_MS = 120_000;
/** Rates are looked at over this long: a second alone is noise. */
const SPAN_MS = 3_000;

/** Lets the load run, strikes, and waits until as much is finished as before. The load must be under way. */
export async function runFault(
  world: FaultWorld,
  fault: Fault,
  { beforeMs, faultMs, random, note }: Timing & { random: () => number; note: (text: string) => void },
): Promise<Struck> {
  const { watch } = world;
  await untilFlowing(world);
  await wait(beforeMs);
  const struckAt = await watch.now();
  const before = { from: struckAt - beforeMs, until: struckAt };
  const inFlight = await watch.unfinished();
  const times = await fault.strike({ world, ms: faultMs, random, note });
  const endedAt = await watch.now();
  // More than is begun is finished only while a backlog is worked off.
  const rate = Math.min(await rateIn(world, before), world.load.rate);
  const recoveryMs = await untilRecovered(world, endedAt, RECOVERED * rate);
  return { times, inFlight, before, during: { from: struckAt, until: endedAt }, recoveryMs };
}

/** Processes that have just started are slow; a machine that is too slow for the load is not waited for without end. */
async function untilFlowing(world: FaultWorld): Promise<void> {
  const deadline = performance.now() + FLOWING_WITHIN_MS;
  while (performance.now() < deadline) {
    const now = await world.watch.now();
    if ((await rateIn(world, { from: now - SPAN_MS, until: now })) >= FLOWING * world.load.rate) return;
    await wait(500);
  }
}

async function untilRecovered(world: FaultWorld, endedAt: number, wanted: number): Promise<number | null> {
  for (;;) {
    const now = await world.watch.now();
    if (now > endedAt + RECOVERY_WITHIN_MS) return null;
    const span = { from: now - SPAN_MS, until: now };
    // A span that began before the end says nothing about the time after it, unless the fault did not hurt at all.
    if ((await rateIn(world, span)) >= wanted) return Math.max(0, span.from - endedAt);
    await wait(500);
  }
}

/** Finished commands a second. */
export async function rateIn({ watch }: Pick<FaultWorld, 'watch'>, period: Period): Promise<number> {
  const counts = await watch.finishedBySecond(period);
  return counts.reduce((sum, count) => sum + count, 0) / Math.max(1, (period.until - period.from) / 1_000);
}

/** From acceptance to the end, for devices that behave. */
export function latencyIn({ watch }: FaultWorld, period: Period): Promise<Latency> {
  return watch.latency(period, STEADY_PREFIX);
}

/** Waits until everything accepted since is over. @returns what is not, in words, when it takes longer than it may */
export async function settle({ watch }: FaultWorld, since: number, withinMs: number): Promise<string[]> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const left = await watch.unsettled(since);
    if (left.length === 0 || performance.now() > deadline) return left;
    await wait(500);
  }
}
