import { LRUCache } from 'lru-cache';
import mqtt, { type MqttClient } from 'mqtt';
import { behaviours, type Behaviour, type Conduct } from './behaviour.js';
import {
  deviceProtocols,
  type DeviceCommand,
  type DeviceProtocol,
  type SimulatedWireFormat,
  type WireMessage,
} from './device-protocol.js';
import { flap, sleepAndWake, type Absences } from './unsteady-link.js';

export interface FleetOptions {
  /** mqtt://host:port */
  readonly url: string;
  readonly wireFormat: SimulatedWireFormat;
  readonly devices: readonly { readonly id: string; readonly secret?: string }[];
  readonly behaviour: Behaviour;
  /** Time a device takes for a command, in ms; what its behaviour says unless given. */
  readonly delayMs?: number;
  /** How long sleeping and flapping devices are there, and sleeping ones away. */
  readonly absences?: Absences;
  /** Sockets that the devices share; `undefined` gives each device its own, with its own credentials and last will. */
  readonly sharedSockets?: number;
  /** Where several fleets count together. */
  readonly counters?: FleetCounters;
  /** Called for every command that arrives; `executed` is false for one that the device has seen before. */
  readonly onCommand?: (command: DeviceCommand, executed: boolean) => void;
}

export interface FleetCounters {
  received: number;
  executed: number;
  duplicates: number;
  answered: number;
  /** Greetings that a connection's end cut off. */
  interrupted: number;
}

/** Simulated devices that de-duplicate: each command is executed once, and a repetition gets the same answer again. */
export class Fleet {
  readonly counters: FleetCounters;
  private readonly protocol: DeviceProtocol;
  private readonly conduct: Conduct;
  private readonly seen = new LRUCache<string, true>({ max: 500_000 });
  private readonly clients: MqttClient[] = [];
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly stopping = new AbortController();

  constructor(private readonly options: FleetOptions) {
    this.protocol = deviceProtocols[options.wireFormat];
    this.conduct = behaviours[options.behaviour];
    this.counters = options.counters ?? { received: 0, executed: 0, duplicates: 0, answered: 0, interrupted: 0 };
  }

  /** Resolves when every device is connected and subscribed. @throws when a broker refuses one. */
  async start(): Promise<void> {
    const { devices, sharedSockets } = this.options;
    if (sharedSockets === undefined) {
      await inSlices(devices, 50, (device) => this.connectOwn(device.id, device.secret ?? ''));
      return;
    }
    const groups = Array.from({ length: sharedSockets }, (_, n) =>
      devices.filter((_device, i) => i % sharedSockets === n),
    );
    await Promise.all(
      groups.map((group, n) =>
        this.connectShared(
          `fleet-${process.pid}-${n}`,
          group.map(({ id }) => id),
        ),
      ),
    );
  }

  /** Says goodbye where the format can, and disconnects. */
  async stop(): Promise<void> {
    this.stopping.abort();
    for (const timer of this.timers) clearTimeout(timer);
    await Promise.all(this.clients.map((client) => client.endAsync(true)));
  }

  private async connectOwn(deviceId: string, secret: string): Promise<void> {
    const { presence } = this.protocol;
    const will = presence && { ...presence(deviceId, false), qos: 1 as const, retain: true };
    const client = await this.connect({
      ...this.protocol.credentials(deviceId, secret),
      ...(will ? { will: { ...will, payload: Buffer.from(will.payload) } } : {}),
    });
    client.on('connect', () => this.greetAgain(this.greet(client, deviceId)));
    await this.greet(client, deviceId);
    this.loosen(client, deviceId);
  }

  private async greet(client: MqttClient, deviceId: string): Promise<void> {
    await client.subscribeAsync(this.protocol.commandTopic(deviceId), { qos: 1 });
    await this.tellPresence(client, deviceId, true);
  }

  private async tellPresence(client: MqttClient, deviceId: string, online: boolean): Promise<void> {
    const message = this.protocol.presence?.(deviceId, online);
    if (message) await client.publishAsync(message.topic, message.payload, { qos: 1, retain: true });
  }

  /** A greeting that a break cuts off is made again at the next connect; the counter tells of it. */
  private greetAgain(greeting: Promise<unknown>): void {
    greeting.catch(() => (this.counters.interrupted += 1));
  }

  private loosen(client: MqttClient, deviceId: string): void {
    const { link } = this.conduct;
    const { absences = {} } = this.options;
    const { signal } = this.stopping;
    if (link === 'flapping') void flap(client, absences, signal);
    if (link !== 'sleeping') return;
    void sleepAndWake(client, { ...absences, goodbye: () => this.tellPresence(client, deviceId, false), signal });
  }

  private async connectShared(clientId: string, deviceIds: readonly string[]): Promise<void> {
    const client = await this.connect({ clientId });
    const subscribe = () =>
      inSlices(deviceIds, 500, (id) => client.subscribeAsync(this.protocol.commandTopic(id), { qos: 1 }));
    client.on('connect', () => this.greetAgain(subscribe()));
    await subscribe();
  }

  private async connect(options: mqtt.IClientOptions): Promise<MqttClient> {
    const client = await mqtt.connectAsync(this.options.url, {
      ...options,
      clean: true,
      reconnectPeriod: 500,
      resubscribe: false,
    });
    noDelay(client);
    client.on('connect', () => noDelay(client));
    client.on('message', (topic, payload) => this.receive(client, topic, payload));
    client.on('error', () => undefined); // mqtt.js reconnects by itself; the counters show what is missing
    this.clients.push(client);
    return client;
  }

  private receive(client: MqttClient, topic: string, payload: Buffer): void {
    const command = this.protocol.read(topic, payload);
    const key = `${command.deviceId}/${command.key}`;
    const executed = !this.seen.has(key);
    this.seen.set(key, true);
    this.counters.received += 1;
    this.counters[executed ? 'executed' : 'duplicates'] += 1;
    this.options.onCommand?.(command, executed);
    for (const word of this.conduct.says) {
      const pauseMs = this.options.delayMs ?? (word === 'answer' ? this.conduct.answersAfterMs : 0);
      if (pauseMs === 0) this.say(client, command, word);
      else this.later(pauseMs, () => this.say(client, command, word));
    }
  }

  private later(delayMs: number, work: () => void): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      work();
    }, delayMs);
    this.timers.add(timer);
  }

  private say(client: MqttClient, command: DeviceCommand, word: Conduct['says'][number]): void {
    const message: WireMessage | undefined =
      word === 'answer' ? this.protocol.answer(command, this.conduct.outcome) : this.protocol.acknowledgement(command);
    if (message === undefined || client.disconnecting) return;
    client.publish(message.topic, message.payload, { qos: 1 });
    if (word === 'answer') this.counters.answered += 1;
  }
}

/** mqtt.js leaves Nagle's algorithm on; an answer would wait up to 40 ms for a full packet. */
function noDelay(client: MqttClient): void {
  const stream: { setNoDelay?: (on: boolean) => unknown } = client.stream as never;
  stream.setNoDelay?.(true);
}

async function inSlices<T>(items: readonly T[], size: number, work: (item: T) => Promise<unknown>): Promise<void> {
  for (let from = 0; from < items.length; from += size) await Promise.all(items.slice(from, from + size).map(work));
}
