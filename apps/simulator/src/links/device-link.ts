import type { Socket } from 'node:net';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import type { FleetCounters } from '../counters.js';
import type { WireMessage } from '../device-protocol.js';
import type { ConnectPace } from './connect-pace.js';
import { pause } from './pause.js';
import { retryDelay, type Retry } from './retry.js';

export interface LinkOptions {
  readonly url: string;
  /** PEM of the authority that a broker's certificate must come from; the system's own unless given. */
  readonly ca?: Buffer;
  readonly keepsSession: boolean;
  readonly retry: Retry;
  readonly pace: ConnectPace;
  readonly counters: FleetCounters;
  /** Who connects; asked before each connection, as some credentials and every birth have a time in them. */
  readonly identity: () => IClientOptions;
  /** What the device does whenever its connection stands. */
  readonly greet: () => Promise<void>;
  readonly receive: (topic: string, payload: Buffer) => void;
}

/** mqtt.js's own reconnecting has no jitter: it is put off for ever, as 0 would make it throw away what is unsent. */
const NEVER_MS = 2 ** 31 - 1;

/** A device's connection: it comes back by itself until it is told to leave. */
export class DeviceLink {
  private client: MqttClient | undefined;
  private ending = new AbortController();
  private up = false;
  private closed = false;
  private failures = 0;
  private unconfirmed = 0;
  private greetings: (() => void)[] = [];

  constructor(private readonly options: LinkOptions) {}

  /** True while the connection stands. */
  get isUp(): boolean {
    return this.up;
  }

  /**
   * Connects. Resolves when the device has been greeted or the broker refused it (it goes on trying all the same), with the
   * refusal; rejects never.
   */
  async open(): Promise<Error | undefined> {
    const { signal } = (this.ending = new AbortController());
    const { url, ca, keepsSession } = this.options;
    if (this.closed || !(await this.options.pace.turn(signal))) return undefined;
    const client = mqtt.connect(url, {
      ...this.options.identity(),
      ...(ca === undefined ? {} : { ca }),
      clean: !keepsSession,
      reconnectPeriod: NEVER_MS,
      resubscribe: false,
      manualConnect: true,
    });
    this.client = client;
    this.unconfirmed = 0;
    client.on('message', (topic, payload) => this.options.receive(topic, payload));
    return new Promise((resolve) => {
      this.watch(client, signal, resolve);
      signal.addEventListener('abort', () => resolve(undefined), { once: true });
      client.connect();
    });
  }

  /** Sends, or forgets when the device is not to be connected. Resolves when the broker has it (QoS 1) or it is written (QoS 0). */
  async publish({ topic, payload, qos }: WireMessage, retain = false): Promise<void> {
    const { client } = this;
    if (client === undefined || client.disconnecting) return;
    this.unconfirmed += 1;
    await client.publishAsync(topic, payload, { qos, retain }).finally(() => (this.unconfirmed -= 1));
  }

  /** @throws when the broker refuses one of these, or the connection ends */
  async subscribe(topics: readonly string[]): Promise<void> {
    if (topics.length > 0) await this.client?.subscribeAsync([...topics], { qos: 1 });
  }

  /** Breaks the connection without a word, as a bad radio does; it comes back by itself. */
  drop(): void {
    (this.client?.stream as unknown as Socket | undefined)?.destroy();
  }

  /** Resolves when the device has connected and greeted once more. */
  nextGreeting(): Promise<void> {
    return new Promise((resolve) => this.greetings.push(resolve));
  }

  /** Ends the connection in order, with whatever had still to be sent forgotten, until `open` is called again. */
  async leave(): Promise<void> {
    this.ending.abort();
    const { client } = this;
    this.client = undefined;
    // Else a connection that is not up yet would be put off for ever once more, and keep the process alive.
    if (client) client.options.reconnectPeriod = 0;
    // An orderly end waits for what is under way, which may never arrive.
    await client?.endAsync(this.unconfirmed > 0 || !client.connected);
  }

  /** Leaves for good. */
  async close(): Promise<void> {
    this.closed = true;
    await this.leave();
  }

  private watch(client: MqttClient, signal: AbortSignal, settle: (refusal: Error | undefined) => void): void {
    const { counters } = this.options;
    client.on('connect', () => {
      noDelay(client);
      this.up = true;
      this.failures = 0;
      counters.connects += 1;
      counters.connected += 1;
      this.options.greet().then(
        () => {
          settle(undefined);
          for (const greeted of this.greetings.splice(0)) greeted();
        },
        (error: Error) => {
          // A greeting that a break cuts off is made again at the next connect; one that the broker refuses is not.
          if (!client.connected) return void (counters.interrupted += 1);
          count(counters.refusals, error.message);
          settle(error);
        },
      );
    });
    client.on('error', (error) => {
      if (signal.aborted) return;
      count(counters.refusals, error.message);
      if (isFinal(error)) settle(error);
    });
    client.on('close', () => {
      if (this.up) counters.connected -= 1;
      if (this.up && !signal.aborted) counters.lost += 1;
      this.up = false;
      if (!signal.aborted) void this.comeBack(client, signal);
    });
  }

  private async comeBack(client: MqttClient, signal: AbortSignal): Promise<void> {
    this.failures += 1;
    if (!(await pause(retryDelay(this.options.retry, this.failures, Math.random()), signal))) return;
    if (!(await this.options.pace.turn(signal))) return;
    Object.assign(client.options, this.options.identity());
    client.connect();
  }
}

function count(refusals: Record<string, number>, reason: string): void {
  refusals[reason] = (refusals[reason] ?? 0) + 1;
}

/** A refusal that trying again will hardly change: wrong credentials, nobody there. A broker that is busy is another matter. */
function isFinal(error: Error & { code?: unknown }): boolean {
  if (typeof error.code === 'string') return error.code !== 'ECONNRESET' && error.code !== 'EPIPE';
  const busy = [3, 136, 137, 151, 159];
  return typeof error.code === 'number' && !busy.includes(error.code);
}

/** mqtt.js leaves Nagle's algorithm on; an answer would wait up to 40 ms for a full packet. */
function noDelay(client: MqttClient): void {
  const stream: { setNoDelay?: (on: boolean) => unknown } = client.stream as never;
  stream.setNoDelay?.(true);
}
