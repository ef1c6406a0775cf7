import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually, startProcess, type TestProcess } from '@downlink/testing';
import type { System } from '../system/system.js';
import type { WireFormat } from './application.js';

export interface RecordedCommand {
  readonly deviceId: string;
  readonly key: string;
  readonly attempt?: number;
  readonly parameters: unknown;
  readonly executed: boolean;
  readonly at: number;
}

/** As `npm run simulate` knows them. */
export type SimulatedBehaviour =
  | 'answering'
  | 'acknowledging'
  | 'failing'
  | 'duplicating'
  | 'hasty'
  | 'slow'
  | 'late'
  | 'sleeping'
  | 'flapping'
  | 'rebooting'
  | 'lying'
  | 'mute'
  | 'silent';

interface Simulation {
  readonly ids: readonly string[];
  readonly wireFormat?: WireFormat;
  /** Which EnOS and Quectel devices have in their topics. */
  readonly productKey?: string;
  readonly behaviour?: SimulatedBehaviour;
  readonly delayMs?: number;
}

/** Simulated devices in processes of their own, over real MQTT. What they receive is recorded for the invariants. */
export class SimulatedDevices {
  private readonly folder = mkdtempSync(join(tmpdir(), 'downlink-e2e-'));
  private readonly processes: TestProcess[] = [];
  private readonly files: string[] = [];

  constructor(private readonly system: Pick<System, 'mqttUrl'>) {}

  /** Connects devices; resolves when they have subscribed. */
  async connect(simulation: Simulation): Promise<void> {
    const { ids, wireFormat = 'native', behaviour = 'answering', delayMs = 0, productKey } = simulation;
    const file = join(this.folder, `wire-${this.files.length}.jsonl`);
    const options = {
      url: this.system.mqttUrl,
      'wire-format': wireFormat,
      behaviour,
      'delay-ms': delayMs,
      record: file,
      ...(productKey !== undefined && { 'product-key': productKey }),
    };
    await this.simulate(file, [
      ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]),
      ...ids.flatMap((id) => ['--device', id]),
      '--secret',
      'none',
    ]);
  }

  /** Connects a fleet of mixed behaviours, all in one process. */
  async connectFleet(
    devices: readonly { readonly id: string; readonly behaviour: SimulatedBehaviour }[],
  ): Promise<void> {
    const groups = [...new Set(devices.map(({ behaviour }) => behaviour))].map((behaviour) => ({
      behaviour,
      ids: devices.filter((device) => device.behaviour === behaviour).map(({ id }) => id),
      secret: 'none',
    }));
    const [fleet, file] = ['fleet.json', 'wire-fleet.jsonl'].map((name) => join(this.folder, name)) as [string, string];
    writeFileSync(fleet, JSON.stringify(groups));
    await this.simulate(file, ['--url', this.system.mqttUrl, '--fleet', fleet, '--record', file]);
  }

  private async simulate(file: string, args: string[]): Promise<void> {
    const script = 'dist/apps/simulator/main.js';
    this.processes.push(await startProcess({ name: 'simulator', script, args, ready: /^ready/ }));
    this.files.push(file);
  }

  /** What this device has received so far. */
  receivedBy(deviceId: string): RecordedCommand[] {
    return this.wires.flatMap(readLines).filter((command) => command.deviceId === deviceId);
  }

  untilReceived(deviceId: string, count: number, withinMs = 20_000): Promise<RecordedCommand[]> {
    return eventually(
      () => {
        const received = this.receivedBy(deviceId);
        if (received.length < count) throw new Error(`the device got ${received.length} of ${count} commands`);
        return received;
      },
      { withinMs, everyMs: 50 },
    );
  }

  /** The recordings, for the invariants; complete after `disconnect`. */
  get wires(): string[] {
    return this.files.filter((file) => existsSync(file));
  }

  /** Ends all devices in order; their recordings stay until `remove`. */
  async disconnect(): Promise<void> {
    await Promise.all(this.processes.splice(0).map((process) => process.stop()));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The last line may be half written. */
function readLines(file: string): RecordedCommand[] {
  const whole = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return whole.map((line) => JSON.parse(line) as RecordedCommand);
}
