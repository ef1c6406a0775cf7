import { setMaxListeners } from 'node:events';
import { readFileSync } from 'node:fs';
import type { WriteStream } from 'node:fs';
import type { SimulatorConfig } from './config.js';
import { newCounters } from './counters.js';
import type { DeviceCommand } from './device-protocol.js';
import { definedOf, type DeviceGroup } from './fleet-file.js';
import { Fleet } from './fleet.js';
import { ConnectPace } from './links/connect-pace.js';
import { pause } from './links/pause.js';

/** All groups of a run, each with what is to happen to it in the course of time. */
export class Simulation {
  readonly counters = newCounters();
  readonly devices: number;
  private readonly ending = new AbortController();
  private readonly groups: readonly { readonly group: DeviceGroup; readonly fleet: Fleet }[];

  constructor(config: SimulatorConfig, record: WriteStream | undefined) {
    setMaxListeners(0, this.ending.signal);
    const ca = config.ca === undefined ? undefined : readFileSync(config.ca);
    const common = {
      url: config.url,
      ...(ca && { ca }),
      counters: this.counters,
      pace: new ConnectPace(config.connectsPerSecond),
      onCommand: (command: DeviceCommand, executed: boolean) =>
        void record?.write(`${JSON.stringify({ ...command, executed, at: Date.now() })}\n`),
    };
    this.groups = config.groups.map((group) => ({ group, fleet: new Fleet({ ...common, ...fleetOptionsOf(group) }) }));
    this.devices = config.groups.reduce((sum, { ids }) => sum + ids.length, 0);
  }

  /** Resolves when the groups that do not start later are connected or refused. @returns what refused devices were told */
  async start(): Promise<Error[]> {
    const begin = async ({ group, fleet }: (typeof this.groups)[number]): Promise<Error[]> => {
      const refusals = await fleet.start();
      this.follow(group, fleet);
      return refusals;
    };
    const [later, now] = [this.groups.filter(startsLater), this.groups.filter((each) => !startsLater(each))];
    for (const each of later) this.at(each.group.timeline!.startAfterMs!, () => begin(each));
    return (await Promise.all(now.map(begin))).flat();
  }

  async stop(): Promise<void> {
    this.ending.abort();
    await Promise.all(this.groups.map(({ fleet }) => fleet.stop()));
  }

  private follow({ timeline = {} }: DeviceGroup, fleet: Fleet): void {
    for (const { behaviour, afterMs } of timeline.changeTo ?? []) this.at(afterMs, () => fleet.changeTo(behaviour));
    for (const afterMs of timeline.reconnectAtMs ?? []) this.at(afterMs, () => fleet.reconnect());
  }

  private at(ms: number, work: () => unknown): void {
    void pause(ms, this.ending.signal).then((reached) => (reached ? work() : undefined));
  }
}

const startsLater = ({ group }: { group: DeviceGroup }): boolean => (group.timeline?.startAfterMs ?? 0) > 0;

function fleetOptionsOf(described: DeviceGroup) {
  const { ids, secret, productKey, productSecret, keepSession = false, timeline: _timeline, ...group } = described;
  const common = definedOf({ secret, productKey, productSecret });
  return { ...group, keepsSession: keepSession, devices: ids.map((id) => ({ id, ...common })) };
}
