import { setMaxListeners } from 'node:events';
import type { IClientOptions } from 'mqtt';
import { behaviours, type Behaviour, type Conduct } from './behaviour.js';
import { CommandMemory } from './command-memory.js';
import { newCounters, type FleetCounters } from './counters.js';
import {
  deviceProtocols,
  type DeviceCommand,
  type DeviceProtocol,
  type SimulatedDevice,
  type SimulatedWireFormat,
} from './device-protocol.js';
import { Liar } from './liar.js';
import { activate } from './links/activate.js';
import { ConnectPace } from './links/connect-pace.js';
import { DeviceLink, type LinkOptions } from './links/device-link.js';
import { defaultRetry, type Retry } from './links/retry.js';
import { flap, sleepAndWake, type Absences } from './links/unsteady-link.js';
import { Responder } from './responder.js';

export interface FleetOptions {
  /** mqtt://host:port or mqtts://host:port */
  readonly url: string;
  /** PEM of the authority that the broker's certificate must come from; the system's own unless given. */
  readonly ca?: Buffer;
  readonly wireFormat: SimulatedWireFormat;
  readonly devices: readonly SimulatedDevice[];
  readonly behaviour: Behaviour;
  /** Time a device takes for a command, in ms; what its behaviour says unless given. */
  readonly delayMs?: number;
  /** How long sleeping and flapping devices are there, and sleeping ones away. */
  readonly absences?: Absences;
  /** Sockets that the devices share; `undefined` gives each device its own, with its own credentials and last will. */
  readonly sharedSockets?: number;
  /** The broker keeps subscriptions and messages while a device is away (clean session off). Default false. */
  readonly keepsSession?: boolean;
  /** How soon devices come back that lost their connection; 0.25 to 0.5 s at first unless given. */
  readonly retry?: Partial<Retry>;
  /** Where several fleets connect at one pace. */
  readonly pace?: ConnectPace;
  /** Where several fleets count together. */
  readonly counters?: FleetCounters;
  /** What the devices have executed before. */
  readonly memory?: CommandMemory;
  /** Called for every command that arrives; `executed` is false for one that the device has seen before or that came too late. */
  readonly onCommand?: (command: DeviceCommand, executed: boolean) => void;
}

/** How many connections may be under way at once when a fleet starts. */
const HANDSHAKES = 100;

/** Simulated devices that de-duplicate: each command is executed once, and a repetition gets the same answer again. */
export class Fleet {
  readonly counters: FleetCounters;
  private readonly protocol: DeviceProtocol;
  private readonly responder: Responder;
  private readonly pace: ConnectPace;
  private readonly members: Member[] = [];
  private habits = new AbortController();

  constructor(private readonly options: FleetOptions) {
    const { devices, counters = newCounters(), memory = new CommandMemory(), pace = new ConnectPace() } = options;
    this.protocol = deviceProtocols[options.wireFormat];
    this.counters = counters;
    this.pace = pace;
    const liar = new Liar(this.protocol, devices, counters);
    this.responder = new Responder(
      { ...options, protocol: this.protocol, counters, memory, liar },
      this.conductOf(options.behaviour),
    );
  }

  /**
   * Resolves when every device is connected and subscribed, or has been refused; it goes on trying all the same.
   * @returns what refused devices were told
   */
  async start(): Promise<Error[]> {
    this.members.push(...this.link());
    const waiting = this.members.values();
    const refusals: Error[] = [];
    const connectNext = async (): Promise<void> => {
      for (const { link, activate: prepare } of waiting) {
        const refusal = (await prepare?.()) ?? (await link.open());
        if (refusal) refusals.push(refusal);
      }
    };
    await Promise.all(Array.from({ length: HANDSHAKES }, connectNext));
    this.live();
    return refusals;
  }

  /** From now on the devices behave like this. Those asleep wake up. */
  changeTo(behaviour: Behaviour): void {
    this.responder.conduct = this.conductOf(behaviour);
    this.habits.abort();
    this.live();
  }

  /** Breaks all connections at once; the devices come back each in its time (`retry`). Resolves when the last one is back. */
  async reconnect(): Promise<void> {
    const there = this.members.filter(({ link }) => link.isUp);
    const began = performance.now();
    const back = there.map(({ link }) => link.nextGreeting());
    for (const { link } of there) link.drop();
    await Promise.all(back);
    this.counters.storms.push({ connections: there.length, backAfterMs: Math.round(performance.now() - began) });
  }

  /** Disconnects all devices. */
  async stop(): Promise<void> {
    this.habits.abort();
    this.responder.stop();
    await Promise.all(this.members.map(({ link }) => link.close()));
  }

  private conductOf(behaviour: Behaviour): Conduct {
    return behaviours[behaviour];
  }

  private link(): Member[] {
    const { devices, sharedSockets, wireFormat } = this.options;
    if (sharedSockets === undefined) return devices.map((device) => this.ownSocket(device));
    if (wireFormat === 'enos') throw new Error('EnOS devices never subscribe, so they cannot share a socket');
    return Array.from({ length: sharedSockets }, (_, n) =>
      this.sharedSocket(
        `fleet-${process.pid}-${n}`,
        devices.filter((_device, i) => i % sharedSockets === n),
      ),
    );
  }

  private ownSocket(device: SimulatedDevice): Member {
    const { presence, credentials, listensTo } = this.protocol;
    let { secret } = device;
    let epoch = 0;
    const tellPresence = async (online: boolean): Promise<void> => {
      if (presence) await link.publish(presence(device, online, epoch), true);
    };
    const link = this.newLink({
      identity: () => {
        epoch = Math.max(epoch + 1, Date.now());
        return { ...credentials(device, secret ?? ''), ...willOf(presence?.(device, false, epoch)) };
      },
      greet: async () => {
        await link.subscribe(listensTo(device));
        await tellPresence(true);
      },
      receive: (topic, payload) => this.responder.receive(link, device, topic, payload),
    });
    const goodbye = () => tellPresence(false);
    const { activation, productSecret } = { ...this.protocol, ...device };
    if (secret !== undefined || productSecret === undefined || activation === undefined) return { link, goodbye };
    const { url, ca } = this.options;
    const asked = async (): Promise<undefined> =>
      void (secret = await activate(url, activation(device, productSecret), ca));
    return { link, goodbye, activate: () => asked().catch((error: Error) => error) };
  }

  private sharedSocket(clientId: string, devices: readonly SimulatedDevice[]): Member {
    const byTopic = new Map(
      devices.flatMap((device) => this.protocol.listensTo(device).map((topic) => [topic, device] as const)),
    );
    const topics = [...byTopic.keys()];
    const link = this.newLink({
      identity: () => ({ clientId }),
      greet: async () => {
        for (let from = 0; from < topics.length; from += 500) await link.subscribe(topics.slice(from, from + 500));
      },
      receive: (topic, payload) => {
        const device = byTopic.get(topic);
        if (device) this.responder.receive(link, device, topic, payload);
        else this.counters.overheard += 1;
      },
    });
    return { link, goodbye: async () => {} };
  }

  private newLink(own: Pick<LinkOptions, 'identity' | 'greet' | 'receive'>): DeviceLink {
    const { url, ca, keepsSession = false, retry } = this.options;
    const { counters, pace } = this;
    const common = { url, keepsSession, counters, pace, retry: { ...defaultRetry, ...retry } };
    return new DeviceLink({ ...common, ...own, ...(ca === undefined ? {} : { ca }) });
  }

  /** Steady devices stay; the others begin to come and go. */
  private live(): void {
    const { signal } = (this.habits = new AbortController());
    // All devices of the fleet wait for it.
    setMaxListeners(0, signal);
    const { link: habit } = this.responder.conduct;
    const { absences = {} } = this.options;
    for (const { link, goodbye } of this.members) {
      if (habit === 'flapping') void flap(link, absences, signal);
      if (habit === 'sleeping') void sleepAndWake(link, { ...absences, goodbye, signal });
    }
  }
}

interface Member {
  readonly link: DeviceLink;
  /** What it says before it goes to sleep. */
  readonly goodbye: () => Promise<void>;
  /** Gets its secret; gives what it was refused with. */
  readonly activate?: () => Promise<Error | undefined>;
}

function willOf(message: { topic: string; payload: string } | undefined): IClientOptions {
  if (message === undefined) return {};
  return { will: { topic: message.topic, payload: Buffer.from(message.payload), qos: 1, retain: true } };
}
