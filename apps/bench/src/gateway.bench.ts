import { declaredInstallation } from './gateway/gateway-installation.js';
import { benchHop, type HopFigures } from './gateway/hop.js';
import { benchIdleMemory, type IdleMemoryFigures } from './gateway/idle-memory.js';
import { benchProductTrips, type ProductTripFigures } from './gateway/product-trips.js';
import { benchStorm, type StormFigures } from './gateway/storm.js';
import { stopAll } from './processes.js';
import type { Servers } from './servers.js';

/** Devices with a socket each, for the round trips at the broker: half of them behind the gateway. */
const HOP_DEVICES = 400;
const FLEET = 500;
const IDLE = 10_000;
const OTHERS = 100;
const STORM = { native: 3_000, huawei: 1_000, enos: 1_000 } as const;

export interface GatewayFigures {
  readonly hop: HopFigures;
  readonly product: ProductTripFigures;
  readonly memory: IdleMemoryFigures;
  readonly storm: StormFigures;
}

/** What the device gateway costs, in time, memory and under a storm; on one installation whose devices are declared once. */
export async function benchGateway(servers: Servers, seconds: number): Promise<GatewayFigures> {
  const numbered = (prefix: string, count: number) => Array.from({ length: count }, (_, n) => `${prefix}-${String(n)}`);
  const storming = {
    native: numbered('storm-native', STORM.native),
    huawei: numbered('storm-huawei', STORM.huawei),
    enos: numbered('storm-enos', STORM.enos),
  };
  const [hops, idle] = [numbered('hop', HOP_DEVICES), numbered('idle', IDLE)];
  const [direct, behind, others] = [numbered('direct', FLEET), numbered('behind', FLEET), numbered('other', OTHERS)];
  const native = [...hops, ...direct, ...behind, ...idle, ...others, ...storming.native];
  const installation = await declaredInstallation(servers, { ...storming, native });

  const hop = await benchHop(servers, installation, { deviceIds: hops, seconds });
  const memory = await benchIdleMemory(installation, idle);
  const services = ['command-api', 'dispatcher', 'scheduler', 'notifier'] as const;
  const running = [];
  try {
    for (const service of services) running.push(await installation.start(service));
    const product = await benchProductTrips(servers, installation, { direct, behind, seconds });
    const storm = await benchStorm(servers, installation, { storming, others });
    return { hop, product, memory, storm };
  } finally {
    await stopAll(running.toReversed());
  }
}
