import type { BrokerAddress } from '../connection/broker-address.js';
import { BrokerLink } from '../connection/broker-link.js';
import type { MqttLogger } from '../mqtt-logger.js';
import { PublishConnection } from './publish-connection.js';
import type { OutgoingMessage, PublishOutcome } from './publish-outcome.js';

export interface PublisherOptions extends BrokerAddress {
  logger: MqttLogger;
  /** Most unanswered publishes at a time; the broker's Receive Maximum bounds it further. Default 1,000. */
  window?: number;
  /** A publish unanswered for this long means a broken connection, even if pings still pass. Milliseconds, default 30,000. */
  acknowledgementTimeout?: number;
}

/**
 * Publishes over a connection of its own (one that also received could wait for itself). It keeps no queue for a broker
 * that is away: what cannot be written now is `unavailable` at once, and an outage never ends in a flush of old messages.
 */
export class MqttPublisher {
  readonly #link: BrokerLink;
  readonly #acknowledgementTimeout: number;
  #connection: PublishConnection | undefined;
  #watch: NodeJS.Timeout | undefined;

  constructor(options: PublisherOptions) {
    this.#acknowledgementTimeout = options.acknowledgementTimeout ?? 30_000;
    this.#link = new BrokerLink({
      address: options,
      session: { clean: true },
      logger: options.logger,
      events: {
        prepare: () => undefined,
        up: (client, connack) => {
          this.#connection = new PublishConnection(client, connack, options.window ?? 1_000);
        },
        down: (client) => {
          if (this.#connection?.client === client) this.#connection = undefined;
        },
      },
    });
  }

  /** Begins to connect and resolves without waiting for the broker. */
  async start(): Promise<void> {
    this.#link.start();
    this.#watch ??= setInterval(() => this.#dropIfMute(), Math.min(1_000, this.#acknowledgementTimeout / 2)).unref();
  }

  /** True while publishes can be written. */
  get connected(): boolean {
    return this.#connection !== undefined;
  }

  /** 5 or 4 (3.1.1): what the present or next connection speaks. Only MQTT 5 tells `no-subscriber`. */
  get protocolVersion(): 5 | 4 {
    return this.#link.protocolVersion;
  }

  /** Publishes once, QoS 1, not retained. Never rejects; callers beyond the window wait in order. */
  publish(message: OutgoingMessage): Promise<PublishOutcome> {
    return this.#connection?.publish(message) ?? Promise.resolve({ kind: 'unavailable' });
  }

  /** Takes nothing more, waits up to `graceMs` for what is unanswered, disconnects. What stays unanswered is `unknown`. */
  async stop(graceMs = 5_000): Promise<void> {
    clearInterval(this.#watch);
    this.#watch = undefined;
    const connection = this.#connection;
    this.#connection = undefined;
    if (connection) {
      connection.close();
      await within(connection.empty(), graceMs);
      connection.lost();
    }
    await this.#link.stop();
  }

  #dropIfMute(): void {
    const connection = this.#connection;
    if (!connection || connection.oldestWait(performance.now()) < this.#acknowledgementTimeout) return;
    this.#link.drop(connection.client, 'the broker left a publish unanswered');
  }
}

async function within(work: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, timeout]);
  clearTimeout(timer);
}
