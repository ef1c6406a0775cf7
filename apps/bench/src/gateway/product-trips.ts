import { atRate, saturate, untilItFlows, type RoundTripResult } from '../load/round-trips.js';
import { WebhookSink } from '../load/webhook-sink.js';
import { stopAll } from '../processes.js';
import type { Installation } from '../product/installation.js';
import type { Servers } from '../servers.js';
import { startGateway } from './gateway-installation.js';
import { LOGINS, type Login } from './logins.js';
import { connectNativeDevice, type ConnectedDevice } from './native-device.js';

/** Commands under way in the closed loop, as in the round trip without a gateway. */
const OUTSTANDING = 512;

export interface ProductTripFigures {
  readonly direct: ProductSeries;
  readonly gateway: ProductSeries;
  /** gateway ÷ direct, p50 at a tenth of the direct rate on both */
  readonly p50Ratio: number;
  /** gateway ÷ direct, commands per second at saturation */
  readonly ratio: number;
}

export interface ProductSeries {
  readonly saturated: RoundTripResult;
  readonly tenth: RoundTripResult;
}

type SideName = 'direct' | 'gateway';

/**
 * (b) The whole product's round trip, REST → webhook, with devices at the broker itself and behind a gateway: one installation, all its
 * services running throughout, two fleets. At a tenth in the order ABBA.
 */
export async function benchProductTrips(
  servers: Servers,
  installation: Installation,
  fleets: { readonly direct: readonly string[]; readonly behind: readonly string[]; readonly seconds: number },
): Promise<ProductTripFigures> {
  const gateway = await startGateway(installation);
  const anonymous = (id: string): Login => ({ clientId: id });
  const connected = [
    ...(await connectFleet(servers.mosquitto.port, anonymous, fleets.direct)),
    ...(await connectFleet(gateway.port, LOGINS.native, fleets.behind)),
  ];
  const sink = new WebhookSink();
  const common = { target: await installation.target(), sink, sinkUrl: await sink.listen(), seconds: fleets.seconds };
  const runs = { direct: { ...common, devices: fleets.direct }, gateway: { ...common, devices: fleets.behind } };
  const saturated: Partial<Record<SideName, RoundTripResult>> = {};
  const tenths: Record<SideName, RoundTripResult[]> = { direct: [], gateway: [] };
  try {
    for (const side of ['direct', 'gateway'] as const) {
      await untilItFlows(runs[side]);
      saturated[side] = progress(side, await saturate(runs[side], OUTSTANDING));
    }
    for (const side of ['direct', 'gateway', 'gateway', 'direct'] as const) {
      tenths[side].push(progress(side, await atRate(runs[side], saturated.direct!.perSecond / 10)));
    }
  } finally {
    await sink.close();
    for (const { socket } of connected) socket.destroy();
    await stopAll([gateway.process]);
  }
  const series = (side: SideName): ProductSeries => ({ saturated: saturated[side]!, tenth: meanOf(tenths[side]) });
  const [direct, behind] = [series('direct'), series('gateway')];
  return {
    direct,
    gateway: behind,
    p50Ratio: behind.tenth.p50Ms / direct.tenth.p50Ms,
    ratio: behind.saturated.perSecond / direct.saturated.perSecond,
  };
}

/** Devices with a socket each, some at a time. */
export async function connectFleet(
  port: number,
  login: (id: string) => Login,
  ids: readonly string[],
): Promise<ConnectedDevice[]> {
  const devices: ConnectedDevice[] = [];
  for (let from = 0; from < ids.length; from += 50) {
    const slice = ids.slice(from, from + 50).map((id) => connectNativeDevice(port, login(id), id));
    devices.push(...(await Promise.all(slice)));
  }
  return devices;
}

function meanOf(runs: readonly RoundTripResult[]): RoundTripResult {
  const sum = (figure: keyof RoundTripResult): number => runs.reduce((total, run) => total + run[figure], 0);
  const mean = (figure: keyof RoundTripResult): number => sum(figure) / runs.length;
  return {
    perSecond: mean('perSecond'),
    p50Ms: mean('p50Ms'),
    p99Ms: mean('p99Ms'),
    completed: sum('completed'),
    failed: sum('failed'),
    lost: sum('lost'),
  };
}

function progress(side: SideName, result: RoundTripResult): RoundTripResult {
  const { perSecond, p50Ms, p99Ms, failed, lost } = result;
  process.stderr.write(
    `gateway, product, ${side}: ${perSecond.toFixed(0)}/s, p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms, ${String(failed)} failed, ${String(lost)} lost\n`,
  );
  return result;
}
