import type { Installation } from '../product/installation.js';
import type { Servers } from '../servers.js';
import { stopAll } from '../processes.js';
import { startGateway, type RunningGateway } from './gateway-installation.js';
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
  /** gateway ÷ bare, p50 with a twentieth of the bare rate on both sides at the same time */
  readonly p50Ratio: number;
}

const WARM_UP_MS = 5_000;

type SideName = 'bare' | 'gateway';

interface HopSide {
  readonly trips: Qos1Trips;
  /** Processes that work for it. */
  readonly pids: Readonly<Record<string, number>>;
}

/**
 * (a) QoS 1 round trips: a command published on the broker, taken by a device with a socket of its own, its answer received from the
 * broker. Devices at the broker itself, and through a gateway. Saturated each side twice, in the order ABBA; at a tenth both at the same
 * time, half of it each, so that whatever else the machine does is done to both.
 */
export async function benchHop(
  servers: Servers,
  installation: Installation,
  { deviceIds, seconds }: { readonly deviceIds: readonly string[]; readonly seconds: number },
): Promise<HopFigures> {
  const gateway = await startGateway(installation);
  const sides = await startSides(servers, gateway, deviceIds);
  try {
    const saturated: Record<SideName, Saturated[]> = { bare: [], gateway: [] };
    for (const name of ['bare', 'gateway', 'gateway', 'bare'] as const) {
      saturated[name].push(await saturate(name, sides[name], seconds));
    }
    const [bare, behind] = [meanOf(saturated.bare), meanOf(saturated.gateway)];
    const each = bare.result.perSecond / 20;
    const [bareTenth, behindTenth] = await Promise.all(
      [sides.bare, sides.gateway].map(({ trips }) => trips.atRate(each, WARM_UP_MS, seconds * 1_000)),
    );
    return {
      bare: { saturated: bare.result, cores: bare.cores, tenth: bareTenth! },
      gateway: { saturated: behind.result, cores: behind.cores, tenth: behindTenth! },
      ratio: behind.result.perSecond / bare.result.perSecond,
      p50Ratio: behindTenth!.p50Ms / bareTenth!.p50Ms,
    };
  } finally {
    for (const { trips } of Object.values(sides)) trips.stop();
    await stopAll([gateway.process]);
  }
}

async function startSides(
  { mosquitto: broker }: Servers,
  gateway: RunningGateway,
  deviceIds: readonly string[],
): Promise<Record<SideName, HopSide>> {
  const [load, platformPort] = [process.pid, broker.port];
  const bare: Side = {
    devicePort: broker.port,
    platformPort,
    answers: 'downlink/v1/devices/+/answers',
    login: (id) => ({ clientId: id }),
  };
  const behind: Side = {
    devicePort: gateway.port,
    platformPort,
    answers: 'downlink/v1/uplinks/#',
    login: LOGINS.native,
  };
  const [bareIds, behindIds] = [deviceIds.slice(0, deviceIds.length / 2), deviceIds.slice(deviceIds.length / 2)];
  return {
    bare: { trips: await Qos1Trips.start(bare, bareIds), pids: { load, broker: broker.pid } },
    gateway: {
      trips: await Qos1Trips.start(behind, behindIds),
      pids: { load, broker: broker.pid, gateway: gateway.process.pid },
    },
  };
}

interface Saturated {
  readonly result: TripResult;
  readonly cores: Readonly<Record<string, number>>;
}

async function saturate(name: SideName, { trips, pids }: HopSide, seconds: number): Promise<Saturated> {
  const looked = coresUsed(pids);
  const result = await trips.saturate(WARM_UP_MS, seconds * 1_000);
  const cores = looked();
  const used = Object.entries(cores).map(([part, share]) => `${part} ${share.toFixed(2)}`);
  process.stderr.write(`gateway hop, ${name}: ${result.perSecond.toFixed(0)}/s (cores: ${used.join(', ')})\n`);
  return { result, cores };
}

function meanOf(runs: readonly Saturated[]): Saturated {
  const sum = (of: (run: Saturated) => number): number => runs.reduce((total, run) => total + of(run), 0);
  const mean = (of: (run: Saturated) => number): number => sum(of) / runs.length;
  return {
    result: {
      perSecond: mean(({ result }) => result.perSecond),
      p50Ms: mean(({ result }) => result.p50Ms),
      p99Ms: mean(({ result }) => result.p99Ms),
      completed: sum(({ result }) => result.completed),
      lost: sum(({ result }) => result.lost),
    },
    cores: Object.fromEntries(Object.keys(runs[0]!.cores).map((part) => [part, mean(({ cores }) => cores[part]!)])),
  };
}
