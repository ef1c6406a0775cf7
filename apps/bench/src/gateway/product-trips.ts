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
/** A twentieth is some fifty a second: a median wants more than ten seconds of it. */
const TENTH_LONGER = 3;

export interface ProductTripFigures {
  readonly direct: ProductSeries;
  readonly gateway: ProductSeries;
  /** gateway ÷ direct, p50 with a twentieth of the direct rate on both at the same time */
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
 * services running throughout, two fleets. At a tenth both at the same time, half of it each, so that whatever else the machine does is
 * done to both.
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
  const tenth: Partial<Record<SideName, RoundTripResult>> = {};
  try {
    for (const side of ['direct', 'gateway'] as const) {
      await untilItFlows(runs[side]);
      saturated[side] = progress(side, await saturate(runs[side], OUTSTANDING));
    }
    const together = (['direct', 'gateway'] as const).map(async (side) => {
      const run = { ...runs[side], seconds: fleets.seconds * TENTH_LONGER };
      tenth[side] = progress(side, await atRate(run, saturated.direct!.perSecond / 20));
    });
    await Promise.all(together);
  } finally {
    await sink.close();
    for (const { socket } of connected) socket.destroy();
    await stopAll([gateway.process]);
  }
  const series = (side: SideName): ProductSeries => ({ saturated: saturated[side]!, tenth: tenth[side]! });
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

function progress(side: SideName, result: RoundTripResult): RoundTripResult {
  const { perSecond, p50Ms, p99Ms, failed, lost } = result;
  process.stderr.write(
    `gateway, product, ${side}: ${perSecond.toFixed(0)}/s, p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms, ${String(failed)} failed, ${String(lost)} lost\n`,
  );
  return result;
}
