import { freePort } from '@downlink/testing';
import { startBalancer } from './balancer.js';
import type { Replica, ServiceProcesses } from './service-processes.js';
import { GATEWAY, type Gateways } from './system.js';

export interface RunningGateways extends Gateways {
  /** Of the balancer. */
  readonly mqttUrl: string;
  close(): Promise<void>;
}

/** What each gateway is told for itself. */
export type GatewayPorts = Readonly<Record<'MQTT_PORT' | 'OPERATIONS_PORT', string>>;

export async function choosePorts(count: number): Promise<GatewayPorts[]> {
  const choose = async (): Promise<GatewayPorts> => ({
    MQTT_PORT: String(await freePort()),
    OPERATIONS_PORT: String(await freePort()),
  });
  return Promise.all(Array.from({ length: count }, choose));
}

/** A balancer before the gateways of this fleet, which run or will do so, each with ports of its own. */
export async function balanceGateways(
  fleet: ServiceProcesses,
  ports: readonly GatewayPorts[],
): Promise<RunningGateways> {
  const balancer = await startBalancer(ports.map(({ MQTT_PORT }) => Number(MQTT_PORT)));
  const replica = (which: number): Replica => {
    const found = fleet.of(GATEWAY).find(({ own }) => own['MQTT_PORT'] === ports[which]!.MQTT_PORT);
    if (found === undefined) throw new Error(`gateway ${String(which)} does not run`);
    return found;
  };
  return {
    ...balancer,
    mqttUrl: `mqtt://127.0.0.1:${String(balancer.port)}`,
    end: (which, signal) => fleet.end(replica(which), signal),
    async restart() {
      const running = new Set(fleet.of(GATEWAY).map(({ own }) => own['MQTT_PORT']));
      const ended = ports.filter(({ MQTT_PORT }) => !running.has(MQTT_PORT));
      await Promise.all(ended.map((own) => fleet.startOne(GATEWAY, own)));
    },
    async connected(which) {
      const page = await (await fetch(`http://127.0.0.1:${ports[which]!.OPERATIONS_PORT}/metrics`)).text();
      const [, count] = /^downlink_gateway_connected_devices\S* (\d+)$/m.exec(page) ?? [];
      if (count === undefined) throw new Error('the gateway does not say how many devices are connected');
      return Number(count);
    },
  };
}
