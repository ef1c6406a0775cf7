import { setTimeout as sleep } from 'node:timers/promises';
import type { IConnackPacket, IPublishPacket, MqttClient } from 'mqtt';
import { backoffDelay, type Backoff } from '../connection/backoff.js';
import type { BrokerAddress } from '../connection/broker-address.js';
import { BrokerLink } from '../connection/broker-link.js';
import type { MqttLogger } from '../mqtt-logger.js';
import { holdPubacks, type PubackGate } from './hold-pubacks.js';
import { Inbox, type InboxEntry } from './inbox.js';
import type { BatchHandler } from './received-message.js';

export interface ReceiverOptions extends BrokerAddress {
  /** Topic filters, subscribed with QoS 1 on every connect. */
  filters: readonly string[];
  /**
   * Filters that the session may still have from another version or setting: unsubscribed on every connect, once `filters` are in
   * place, so that nothing is published in between that nobody gets. Default none.
   */
  formerFilters?: readonly string[];
  logger: MqttLogger;
  /** Called at each connect, once subscribed. Default nothing. */
  onSubscribed?: () => void;
  /** Most messages unacknowledged at a time, and most in one batch. Default 1,000. Announced to the broker over MQTT 5. */
  receiveMaximum?: number;
  /** How long the broker keeps our subscriptions and queue while we are away (MQTT 5). Seconds, default 3,600. */
  sessionExpirySeconds?: number;
}

const handlerBackoff: Backoff = { first: 100, most: 5_000 };

/**
 * Receives over a connection of its own with a persistent session. Whatever has arrived is one batch, one handler call at
 * a time; the PUBACKs of a batch leave, in order of arrival, only after its handler resolved, while parsing goes on.
 * At least once: what was not acknowledged when a connection was lost comes again.
 */
export class MqttReceiver {
  readonly #options: ReceiverOptions;
  readonly #batchLimit: number;
  readonly #link: BrokerLink;
  readonly #inbox: Inbox;
  readonly #gates = new WeakMap<MqttClient, PubackGate>();
  readonly #stopping = new AbortController();
  #handler: BatchHandler | undefined;
  #running: Promise<void> | undefined;
  #subscribed: MqttClient | undefined;
  #dropped = 0;

  constructor(options: ReceiverOptions) {
    this.#options = options;
    this.#batchLimit = options.receiveMaximum ?? 1_000;
    // Over MQTT 5 the broker stops at the Receive Maximum, so only a broker without a bound ever fills the inbox.
    this.#inbox = new Inbox(2 * this.#batchLimit);
    this.#link = new BrokerLink({
      address: options,
      session: {
        clean: false,
        properties: { receiveMaximum: this.#batchLimit, sessionExpiryInterval: options.sessionExpirySeconds ?? 3_600 },
      },
      logger: options.logger,
      events: {
        prepare: (client) => this.#prepare(client),
        up: (client, connack) => this.#up(client, connack),
        down: (client) => {
          if (this.#subscribed === client) this.#subscribed = undefined;
        },
      },
    });
  }

  /** Begins to connect and resolves without waiting for the broker. To be called once. */
  async start(handler: BatchHandler): Promise<void> {
    if (this.#handler) throw new TypeError('a receiver is started once');
    this.#handler = handler;
    this.#link.start();
  }

  /** True while connected and subscribed. */
  get connected(): boolean {
    return this.#subscribed !== undefined;
  }

  /** Messages that wait for the running batch to end. */
  get pending(): number {
    return this.#inbox.size;
  }

  /** QoS 0 messages thrown away because the inbox was full. QoS 1 messages are never thrown away. */
  get droppedQos0(): number {
    return this.#dropped;
  }

  /**
   * Finishes and acknowledges the running batch, then disconnects; the session stays. A failing batch is not retried on. When the
   * session is taken over meanwhile it is not taken back.
   */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#link.makeLast();
    await this.#running;
    await this.#link.stop();
  }

  #prepare(client: MqttClient): void {
    const gate = holdPubacks(client);
    this.#gates.set(client, gate);
    client.handleMessage = (packet, done) => this.#arrived(packet, gate, done);
  }

  #up(client: MqttClient, connack: IConnackPacket): void {
    const gate = this.#gates.get(client);
    // A broker that lost the session sends nothing again: then what we still hold is the only copy.
    if (gate && connack.sessionPresent) this.#inbox.forgetUnacknowledgedExcept(gate);
    this.#subscribe(client).then(
      () => {
        if (!client.connected) return;
        this.#subscribed = client;
        this.#options.onSubscribed?.();
      },
      (error: unknown) => {
        if (client.connected) this.#link.drop(client, `subscription refused: ${(error as Error).message}`);
      },
    );
  }

  async #subscribe(client: MqttClient): Promise<void> {
    const { filters, formerFilters = [] } = this.#options;
    await client.subscribeAsync([...filters], { qos: 1 });
    if (formerFilters.length > 0) await client.unsubscribeAsync([...formerFilters]);
  }

  #arrived(packet: IPublishPacket, gate: PubackGate, done: () => void): void {
    if (packet.qos === 0 && this.#inbox.full) {
      this.#dropped += 1;
      done();
      return;
    }
    const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload;
    const message = { topic: packet.topic, payload, retained: packet.retain, receivedAt: performance.now() };
    const { messageId } = packet;
    this.#inbox.push(
      packet.qos === 0 || messageId === undefined ? { message } : { message, acknowledgement: { gate, messageId } },
    );
    this.#running ??= this.#drain();
    if (this.#inbox.full) this.#inbox.whenRoomy(done);
    else done();
  }

  async #drain(): Promise<void> {
    // One turn of the event loop, so that everything parsed from the same chunk is in the first batch.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#inbox.size > 0 && !this.#stopping.signal.aborted) {
      const batch = this.#inbox.take(this.#batchLimit);
      if (!(await this.#handle(batch))) break;
      for (const { acknowledgement } of batch) acknowledgement?.gate.acknowledge(acknowledgement.messageId);
    }
    this.#running = undefined;
  }

  /** True once the handler took the batch; false when stopped before it did. */
  async #handle(batch: InboxEntry[]): Promise<boolean> {
    const messages = batch.map(({ message }) => message);
    for (let failures = 1; ; failures += 1) {
      try {
        await this.#handler?.(messages);
        return true;
      } catch (error) {
        const retryInMs = backoffDelay(handlerBackoff, failures, Math.random());
        this.#options.logger.error(
          { err: error, messages: messages.length, failures, retryInMs },
          'received messages could not be handled, keeping them',
        );
        if (!(await this.#wait(retryInMs))) return false;
      }
    }
  }

  async #wait(ms: number): Promise<boolean> {
    const { signal } = this.#stopping;
    if (signal.aborted) return false;
    // The only rejection is the abort by stop().
    return sleep(ms, true, { signal }).catch(() => false);
  }
}
