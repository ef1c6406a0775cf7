import { setTimeout as pause } from 'node:timers/promises';
import { atRate, untilItFlows, type RoundTripResult } from '../load/round-trips.js';
import { WebhookSink } from '../load/webhook-sink.js';
import { stopAll } from '../processes.js';
import type { Installation } from '../product/installation.js';
import type { Servers } from '../servers.js';
import { startGateway } from './gateway-installation.js';
import { LOGINS, type LoginFormat } from './logins.js';
import { MqttSocket } from './mqtt-socket.js';
import { coresUsed } from './process-figures.js';
import { connectFleet } from './product-trips.js';

export interface StormFigures {
  readonly devices: number;
  /** From the loss of all connections until the last device listens again, as presence tells it to the platform. */
  readonly seconds: number;
  /** Half of them. */
  readonly halfSeconds: number;
  /** Attempts to connect that ended without being let in, and were made again. */
  readonly retries: number;
  readonly cores: Readonly<Record<string, number>>;
  /** Commands to other devices at 20 a second, from some seconds before the storm to some after it. */
  readonly commands: RoundTripResult;
}

const COMMANDS_PER_SECOND = 20;
const QUIET_MS = 5_000;
/** Long enough for the storm to pass within it on a slow machine. */
const WATCHED_S = 60;
const GIVE_UP_MS = 120_000;

/**
 * (d) All devices of a fleet lose their connection at one instant and connect again at once, while commands to others flow. A device
 * that is not let in tries again after one to three seconds.
 */
export async function benchStorm(
  servers: Servers,
  installation: Installation,
  fleets: { readonly storming: Readonly<Record<LoginFormat, readonly string[]>>; readonly others: readonly string[] },
): Promise<StormFigures> {
  const gateway = await startGateway(installation, false);
  const devices = Object.entries(fleets.storming).flatMap(([format, ids]) =>
    ids.map((id) => new StormingDevice(gateway.port, format as LoginFormat, id)),
  );
  const listening = await Listening.watch(servers.mosquitto.port, new Set(devices.map(({ id }) => id)));
  const others = await connectFleet(gateway.port, LOGINS.native, fleets.others);
  const sink = new WebhookSink();
  try {
    const target = await installation.target();
    const run = { target, sink, sinkUrl: await sink.listen(), devices: fleets.others, seconds: WATCHED_S };
    await untilItFlows(run);
    await Promise.all(devices.map((device) => device.connect()));
    await listening.all();
    const commands = atRate(run, COMMANDS_PER_SECOND);
    await pause(QUIET_MS);

    const looked = coresUsed({ load: process.pid, broker: servers.mosquitto.pid, gateway: gateway.process.pid });
    const retriesBefore = StormingDevice.retries;
    for (const device of devices) device.destroy();
    listening.forget();
    const startedAt = performance.now();
    void Promise.all(devices.map((device) => device.connect()));
    await listening.all();
    const seconds = (performance.now() - startedAt) / 1_000;
    const cores = looked();
    process.stderr.write(`gateway, storm: ${String(devices.length)} devices back after ${seconds.toFixed(1)} s\n`);
    return {
      devices: devices.length,
      seconds,
      halfSeconds: (listening.halfAt - startedAt) / 1_000,
      retries: StormingDevice.retries - retriesBefore,
      cores,
      commands: await commands,
    };
  } finally {
    await sink.close();
    for (const device of devices) device.destroy();
    for (const { socket } of others) socket.destroy();
    listening.stop();
    await stopAll([gateway.process]);
  }
}

/** A device that connects as its wire format does, and subscribes where it does. It is never sent anything. */
class StormingDevice {
  static retries = 0;
  private socket: MqttSocket | undefined;

  constructor(
    private readonly port: number,
    private readonly format: LoginFormat,
    readonly id: string,
  ) {}

  /** Resolves when it is let in and has what it subscribes to. */
  async connect(): Promise<void> {
    for (;;) {
      try {
        this.socket = await MqttSocket.open({ port: this.port, login: LOGINS[this.format](this.id) });
        const topic = SUBSCRIPTIONS[this.format]?.(this.id);
        if (topic !== undefined) await this.socket.subscribe(topic);
        return;
      } catch {
        // Refused because too many came, or cut off: counted, and tried again as devices do.
        StormingDevice.retries += 1;
        await pause(1_000 + Math.random() * 2_000);
      }
    }
  }

  destroy(): void {
    this.socket?.destroy();
  }
}

/** EnOS devices do not subscribe: the gateway does. */
const SUBSCRIPTIONS: Partial<Record<LoginFormat, (id: string) => string>> = {
  native: (id) => `downlink/v1/devices/${id}/commands`,
  huawei: (id) => `/huawei/v1/devices/${id}/command/json`,
};

/** Who listens, by what gateways tell the platform of presence. */
class Listening {
  private readonly online = new Set<string>();
  halfAt = 0;

  private constructor(
    private readonly socket: MqttSocket,
    private readonly ids: ReadonlySet<string>,
  ) {}

  static async watch(port: number, ids: ReadonlySet<string>): Promise<Listening> {
    let listening: Listening | undefined;
    const socket = await MqttSocket.open({
      port,
      login: { clientId: 'bench-presence' },
      onMessage: (topic, payload) => void listening?.told(topic, payload),
    });
    listening = new Listening(socket, ids);
    await socket.subscribe('downlink/v1/uplinks/+/+/presence');
    return listening;
  }

  /** Only what is told from now on counts. */
  forget(): void {
    this.online.clear();
  }

  /** @throws Error when one is missing after two minutes */
  async all(): Promise<void> {
    for (const end = performance.now() + GIVE_UP_MS; this.online.size < this.ids.size;) {
      if (performance.now() > end) {
        throw new Error(
          `${String(this.ids.size - this.online.size)} of ${String(this.ids.size)} devices did not come back`,
        );
      }
      await pause(10);
    }
  }

  stop(): void {
    this.socket.destroy();
  }

  private told(topic: string, payload: Buffer): void {
    const id = topic.split('/')[4]!;
    if (!this.ids.has(id)) return;
    if (!payload.includes('"online":true')) {
      this.online.delete(id);
      return;
    }
    this.online.add(id);
    if (this.online.size === this.ids.size >> 1) this.halfAt = performance.now();
  }
}
