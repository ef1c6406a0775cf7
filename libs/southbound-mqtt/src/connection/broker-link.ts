import { Socket } from 'node:net';
import mqtt from 'mqtt';
import type { IConnackPacket, MqttClient } from 'mqtt';
import type { MqttLogger } from '../mqtt-logger.js';
import { backoffDelay, reconnectBackoff } from './backoff.js';
import type { BrokerAddress } from './broker-address.js';
import { clientOptions, type SessionOptions } from './client-options.js';
import { OutageLog } from './outage-log.js';

/** What the owner of a link does at the turns of a connection's life. Each client object is seen for one connection only. */
export interface LinkEvents {
  /** Before connecting: attach handlers here. */
  prepare(client: MqttClient): void;
  /** The broker accepted the connection. */
  up(client: MqttClient, connack: IConnackPacket): void;
  /** The connection is over (also called for one that never came up). */
  down(client: MqttClient): void;
}

/** CONNACK refusals that mean "not this protocol version": 1 in MQTT 3.1.1, 0x84 in MQTT 5. */
const versionRefused = new Set([0x01, 0x84]);
/** A connection that lived this long ends the series of failures. */
const provenAfterMs = 5_000;
const goodbyeMs = 2_000;

/**
 * Keeps one connection to a broker, with a fresh client object each time: dropping the object is the only way to be sure
 * that mqtt.js flushes nothing from before an outage. A broker that is away is waited for, without end.
 */
export class BrokerLink {
  readonly #address: BrokerAddress;
  readonly #session: SessionOptions;
  readonly #events: LinkEvents;
  readonly #outages: OutageLog;
  readonly #logger: MqttLogger;
  #version: 5 | 4;
  #client: MqttClient | undefined;
  #retry: NodeJS.Timeout | undefined;
  #failures = 0;
  #stopped = true;

  constructor(setup: { address: BrokerAddress; session: SessionOptions; events: LinkEvents; logger: MqttLogger }) {
    this.#address = setup.address;
    this.#session = setup.session;
    this.#events = setup.events;
    this.#logger = setup.logger;
    this.#outages = new OutageLog(setup.logger, { broker: setup.address.url, clientId: setup.address.clientId });
    this.#version = setup.address.protocolVersion === 4 ? 4 : 5;
  }

  /** The protocol spoken by the present or next connection. */
  get protocolVersion(): 5 | 4 {
    return this.#version;
  }

  /** Begins to connect; returns at once. */
  start(): void {
    if (!this.#stopped) return;
    this.#stopped = false;
    this.#connect();
  }

  /** Breaks the connection on purpose; a new one is made after the usual wait. */
  drop(client: MqttClient, reason: string): void {
    if (client !== this.#client) return;
    this.#outages.failed(reason);
    client.end(true);
  }

  /** Makes no further connection when the present one ends: somebody else may be about to take the session over. */
  makeLast(): void {
    this.#stopped = true;
    clearTimeout(this.#retry);
  }

  /** Says goodbye (DISCONNECT, after everything already written) and stays away. */
  async stop(): Promise<void> {
    this.makeLast();
    const client = this.#client;
    if (!client) return;
    const force = !client.connected || Object.keys(client.outgoing).length > 0;
    // A broker that no longer answers does not confirm the end either.
    const impatience = setTimeout(() => client.stream.destroy(), goodbyeMs);
    await client.endAsync(force);
    clearTimeout(impatience);
  }

  #connect(): void {
    const client = mqtt.connect(this.#address.url, clientOptions(this.#address, this.#session, this.#version));
    this.#client = client;
    let connectedAt: number | undefined;
    let versionRefusal = false;
    client.on('error', (error) => {
      versionRefusal ||= connectedAt === undefined && this.#refusesVersion(error);
      if (!versionRefusal && !this.#stopped) this.#outages.failed(error.message);
    });
    client.on('disconnect', ({ reasonCode }) => {
      // 0x8b: shutting down; 0x8e: session taken over, which two processes with the same client id see in turn.
      this.#outages.failed(
        `the broker ended the connection, reason 0x${(reasonCode ?? 0).toString(16).padStart(2, '0')}`,
      );
    });
    client.on('connect', (connack) => {
      connectedAt = performance.now();
      if (client.stream instanceof Socket) client.stream.setNoDelay(true);
      this.#outages.over({ protocolVersion: this.#version });
      this.#events.up(client, connack);
    });
    client.once('close', () => {
      client.end(true);
      this.#client = undefined;
      this.#events.down(client);
      if (versionRefusal) this.#fallBack();
      else this.#reconnect(connectedAt);
    });
    this.#events.prepare(client);
    client.connect();
  }

  #refusesVersion(error: Error): boolean {
    if (this.#version !== 5 || (this.#address.protocolVersion ?? 'auto') !== 'auto') return false;
    return 'code' in error && typeof error.code === 'number' && versionRefused.has(error.code);
  }

  #fallBack(): void {
    this.#version = 4;
    this.#logger.info({ broker: this.#address.url }, 'the MQTT broker does not speak MQTT 5, using 3.1.1');
    if (!this.#stopped) this.#connect();
  }

  #reconnect(connectedAt: number | undefined): void {
    if (this.#stopped) return;
    this.#outages.failed('connection closed');
    const proven = connectedAt !== undefined && performance.now() - connectedAt > provenAfterMs;
    this.#failures = proven ? 1 : this.#failures + 1;
    this.#retry = setTimeout(() => this.#connect(), backoffDelay(reconnectBackoff, this.#failures, Math.random()));
  }
}
