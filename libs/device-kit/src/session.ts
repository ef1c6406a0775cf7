import type { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import mqtt, { type IClientOptions, type IPublishPacket, type MqttClient } from 'mqtt';
import { backoffMs, type Backoff } from './backoff.js';
import type { OnEvent } from './events.js';
import type { Message } from './formats/device-format.js';

export interface SessionOptions {
  /** mqtt://host:port or mqtts://host:port */
  readonly url: string;
  readonly tls: TlsOptions;
  /** Speaks MQTT 5 and asks the broker to keep the session so long; undefined: MQTT 3.1.1, where the broker decides. */
  readonly sessionExpirySeconds: number | undefined;
  readonly backoff: Backoff;
  /** Who connects, and what is said when the connection is lost; asked before each connection. */
  readonly opening: () => Promise<Opening>;
  readonly topics: readonly string[];
  /** A message for the device; acknowledged to the broker when this resolves. Must not reject. */
  readonly receive: (topic: string, payload: Buffer) => Promise<void>;
  readonly onEvent: OnEvent;
}

export interface Opening {
  readonly epoch: number;
  readonly login: Pick<IClientOptions, 'clientId' | 'username' | 'password'>;
  readonly birth?: Message;
  readonly will?: Message;
}

/** PEM texts or buffers, as in `tls.connect`. */
export interface TlsOptions {
  readonly ca?: string | Buffer;
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
}

/** mqtt.js's own reconnecting has no jitter: put off for ever, as 0 would make it throw away what is unsent. */
const NEVER_MS = 2 ** 31 - 1;
const GOODBYE_MS = 2_000;

/** A persistent MQTT session that is opened again whenever it breaks. */
export class Session {
  readonly #client: MqttClient;
  readonly #ending = new AbortController();
  #opening: Opening | undefined;
  #error = new Error('the connection has ended');
  #failures = 0;
  #online = false;
  #hasConnected = false;
  #settleStart: ((error?: Error) => void) | undefined;

  constructor(private readonly options: SessionOptions) {
    this.#client = mqtt.connect(options.url, {
      ...options.tls,
      ...protocolOf(options.sessionExpirySeconds),
      clean: false,
      // A client without an id may have no persistent session; the device's own comes before the first connection.
      clientId: 'unnamed',
      reconnectPeriod: NEVER_MS,
      resubscribe: false,
      manualConnect: true,
    });
    // Attached before the first connection: what the broker has kept comes right behind its CONNACK.
    this.#client.handleMessage = ({ topic, payload }: IPublishPacket, done) =>
      void options.receive(topic, Buffer.from(payload)).then(() => done());
    this.#client.on('connect', () => void this.#greet());
    this.#client.on('error', (error) => this.#fail(error));
    this.#client.on('close', () => void this.#closed());
  }

  /** Resolves when the device is online for the first time, or has been stopped. Rejects, and tries no more, when the broker does not let it in. */
  async start(): Promise<void> {
    const started = new Promise<void>((resolve, reject) => {
      this.#settleStart = (error) => (error ? reject(error) : resolve());
    });
    await this.#open();
    await started;
  }

  /** Resolves when the broker has it. What is said while the device is offline goes out when it is back. */
  async publish({ topic, payload, retain = false }: Message): Promise<void> {
    await this.#client.publishAsync(topic, payload, { qos: 1, retain });
  }

  /** Says goodbye and disconnects; at once when the broker does not answer. */
  async stop(): Promise<void> {
    const { will } = this.#opening ?? {};
    if (this.#online && will) await within(GOODBYE_MS, this.publish(will));
    this.#ending.abort();
    this.#client.options.reconnectPeriod = 0;
    if (this.#client.connected) await within(GOODBYE_MS, this.#client.endAsync());
    // What was never opened cannot be ended.
    if (this.#hasConnected) await this.#client.endAsync(true);
    this.#settleStart?.();
  }

  async #open(): Promise<void> {
    this.#opening = await this.options.opening();
    const { login, will } = this.#opening;
    if (this.#ending.signal.aborted) return;
    Object.assign(this.#client.options, login);
    if (will) {
      const { topic, payload, retain = false } = will;
      this.#client.options.will = { topic, payload: Buffer.from(payload), qos: 1, retain };
    }
    this.#hasConnected = true;
    this.#client.connect();
  }

  async #greet(): Promise<void> {
    const { topics, onEvent } = this.options;
    const { epoch, birth } = this.#opening!;
    (this.#client.stream as unknown as Socket).setNoDelay?.(true);
    try {
      if (topics.length > 0) await this.#client.subscribeAsync([...topics], { qos: 1 });
      if (birth) await this.publish(birth);
    } catch (error) {
      // The broker's refusal of a subscription, or the connection's end.
      this.#fail(error instanceof Error ? error : new Error(String(error)));
      this.#client.stream.destroy();
      return;
    }
    this.#failures = 0;
    this.#online = true;
    onEvent({ kind: 'online', epoch });
    this.#settleStart?.();
  }

  #fail(error: Error & { readonly code?: unknown }): void {
    this.#error = error;
    if (isRefusal(error.code)) this.#settleStart?.(error);
  }

  async #closed(): Promise<void> {
    if (this.#online) this.options.onEvent({ kind: 'offline' });
    this.#online = false;
    const { signal } = this.#ending;
    if (signal.aborted) return;
    this.#failures += 1;
    const nextMs = backoffMs(this.options.backoff, this.#failures, Math.random());
    this.options.onEvent({ kind: 'not-connected', error: this.#error, nextMs });
    const waited = await wait(nextMs, true, { signal }).catch(() => false);
    if (waited) await this.#open();
  }
}

function protocolOf(sessionExpirySeconds: number | undefined): IClientOptions {
  if (sessionExpirySeconds === undefined) return { protocolVersion: 4 };
  return { protocolVersion: 5, properties: { sessionExpiryInterval: sessionExpirySeconds } };
}

/** CONNACK codes that another try will not change: bad protocol, id, credentials; not authorised. */
function isRefusal(code: unknown): boolean {
  return typeof code === 'number' && [1, 2, 4, 5, 132, 133, 134, 135, 138].includes(code);
}

/** Waits for it at most so long; what becomes of it later matters to nobody. */
async function within(ms: number, work: Promise<unknown>): Promise<void> {
  const timer = new AbortController();
  await Promise.race([
    work.catch(() => undefined),
    wait(ms, undefined, { signal: timer.signal }).catch(() => undefined),
  ]);
  timer.abort();
}
