import type { Installation } from '../product/installation.js';
import type { Servers } from '../servers.js';
import { stopAll } from '../processes.js';
import { startGateway } from './gateway-installation.js';
import { LOGINS } from './logins.js';
import { coresUsed } from './process-figures.js';
import { Qos1Trips, type Side, type TripResult } from './qos1-trips.js';

export interface HopSeries {
  readonly saturated: TripResult;
  readonly tenth: TripResult;
  /** Cores used while it was saturated, by process: load, broker, gateway. */
  readonly cores: Readonly<Record<string, number>>;
}

export interface HopFigures {
  readonly bare: HopSeries;
  readonly gateway: HopSeries;
  /** gateway ÷ bare, round trips per second at saturation */
  readonly ratio: number;
  /** gateway ÷ bare, p50 at a tenth of the bare rate on both sides */
  readonly p50Ratio: number;
}

const WARM_UP_MS = 5_000;

/**
 * (a) QoS 1 round trips: a command published on the broker, taken by a device with a socket of its own, its answer received from the
 * broker. Devices at the broker itself, and through a gateway; each side twice, in the order ABBA.
 */
export async function benchHop(
  servers: Servers,
  installation: Installation,
  { deviceIds, seconds }: { readonly deviceIds: readonly string[]; readonly seconds: number },
): Promise<HopFigures> {
  const gateway = await startGateway(installation);
  const broker = servers.mosquitto;
  const sides: Record<'bare' | 'gateway', { side: Side; pids: Record<string, number> }> = {
    bare: {
      side: {
        devicePort: broker.port,
        platformPort: broker.port,
        answers: 'downlink/v1/devices/+/answers',
        login: (id) => ({ clientId: id }),
      },
      pids: { load: process.pid, broker: broker.pid },
    },
    gateway: {
      side: {
        devicePort: gateway.port,
        platformPort: broker.port,
        answers: 'downlink/v1/uplinks/#',
        login: LOGINS.native,
      },
      pids: { load: process.pid, broker: broker.pid, gateway: gateway.process.pid },
    },
  };
  try {
    const results: Record<'bare' | 'gateway', HopSeries[]> = { bare: [], gateway: [] };
    for (const name of ['bare', 'gateway', 'gateway', 'bare'] as const) {
      const tenth = (results.bare[0]?.saturated.perSecond ?? 0) / 10;
      results[name].push(await series(name, { ...sides[name], deviceIds, seconds, tenth }));
    }
    const [bare, behind] = [meanOf(results.bare), meanOf(results.gateway)];
    return {
      bare,
      gateway: behind,
      ratio: behind.saturated.perSecond / bare.saturated.perSecond,
      p50Ratio: behind.tenth.p50Ms / bare.tenth.p50Ms,
    };
  } finally {
    await stopAll([gateway.process]);
  }
}

interface SeriesOptions {
  readonly side: Side;
  readonly pids: Readonly<Record<string, number>>;
  readonly deviceIds: readonly string[];
  readonly seconds: number;
  /** 0: a tenth of what this series saturates at. */
  readonly tenth: number;
}

async function series(name: string, { side, pids, deviceIds, seconds, tenth }: SeriesOptions): Promise<HopSeries> {
  const trips = await Qos1Trips.start(side, deviceIds);
  try {
    const looked = coresUsed(pids);
    const saturated = await trips.saturate(WARM_UP_MS, seconds * 1_000);
    const cores = looked();
    const rate = tenth === 0 ? saturated.perSecond / 10 : tenth;
    const atTenth = await trips.atRate(rate, WARM_UP_MS / 2, seconds * 1_000);
    const used = Object.entries(cores).map(([part, share]) => `${part} ${share.toFixed(2)}`);
    process.stderr.write(
      `gateway hop, ${name}: ${saturated.perSecond.toFixed(0)}/s (cores: ${used.join(', ')}), at ${rate.toFixed(0)}/s p50 ${String(atTenth.p50Ms)} ms\n`,
    );
    return { saturated, tenth: atTenth, cores };
  } finally {
    trips.stop();
  }
}

function meanOf(runs: readonly HopSeries[]): HopSeries {
  const mean = (of: (run: HopSeries) => number): number => runs.reduce((sum, run) => sum + of(run), 0) / runs.length;
  const trip = (which: 'saturated' | 'tenth'): TripResult => ({
    perSecond: mean((run) => run[which].perSecond),
    p50Ms: mean((run) => run[which].p50Ms),
    p99Ms: mean((run) => run[which].p99Ms),
    completed: mean((run) => run[which].completed) * runs.length,
    lost: mean((run) => run[which].lost) * runs.length,
  });
  const parts = Object.keys(runs[0]!.cores);
  return {
    saturated: trip('saturated'),
    tenth: trip('tenth'),
    cores: Object.fromEntries(parts.map((part) => [part, mean((run) => run.cores[part]!)])),
  };
}
