import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Aedes, type AedesOptions, type AuthenticateError, type Client } from 'aedes';
import type { MqttLogger } from '../mqtt-logger.js';
import { type Authenticate, Gatekeeper, type Refusals } from './gatekeeper.js';
import { PresenceLedger } from './presence-ledger.js';
import { commandTopicOf } from './topic-permissions.js';

export interface EmbeddedBrokerOptions {
  /** 0 lets the system choose; see `port`. */
  port: number;
  /** Default `127.0.0.1`. */
  host?: string;
  authenticate: Authenticate;
  /** Reachable once the device has subscribed to its commands (not when merely connected); not any more when its last session ends. */
  onPresence: (deviceId: string, online: boolean) => void;
  logger: MqttLogger;
}

/** An MQTT 3.1.1 broker in this process that knows devices: it authenticates them, confines them to their own topics and tells presence exactly. */
export class EmbeddedBroker {
  readonly #options: EmbeddedBrokerOptions;
  readonly #gatekeeper: Gatekeeper;
  readonly #presence = new PresenceLedger();
  readonly #sockets = new Set<Socket>();
  #broker: Aedes | undefined;
  #server: Server | undefined;

  constructor(options: EmbeddedBrokerOptions) {
    this.#options = options;
    this.#gatekeeper = new Gatekeeper(options.authenticate, options.logger);
  }

  /** Listens. Rejects when the port is taken. */
  async start(): Promise<void> {
    const broker = await Aedes.createBroker(this.#hooks());
    this.#broker = broker;
    this.#watch(broker);
    const server = createServer({ noDelay: true }, (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      broker.handle(socket);
    });
    server.listen(this.#options.port, this.#options.host ?? '127.0.0.1');
    await once(server, 'listening').catch(async (error: unknown) => {
      await closeBroker(broker);
      throw error;
    });
    this.#server = server;
  }

  /** The port it listens on. */
  get port(): number {
    const address = this.#server?.address() as AddressInfo | null | undefined;
    return address?.port ?? this.#options.port;
  }

  /** How many devices are reachable now. */
  get reachableDevices(): number {
    return this.#presence.size;
  }

  get refusals(): Readonly<Refusals> {
    return this.#gatekeeper.refusals;
  }

  /** Ends all connections (each device that was reachable is told as unreachable) and the broker. */
  async close(): Promise<void> {
    const [broker, server] = [this.#broker, this.#server];
    if (!broker || !server) return;
    this.#broker = undefined;
    const closed = once(server, 'close');
    server.close();
    await closeBroker(broker);
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #hooks(): AedesOptions {
    return {
      authenticate: (client, username, password, done) =>
        void this.#admit(client, username, password?.toString('utf8'), done),
      authorizePublish: (client, packet, done) => done(client ? this.#gatekeeper.publishRefusal(client, packet) : null),
      authorizeSubscribe: (client, subscription, done) =>
        done(null, this.#gatekeeper.allowsSubscription(client, subscription.topic) ? subscription : null),
      authorizeForward: (client, packet) => (this.#gatekeeper.allowsDelivery(client, packet.topic) ? packet : null),
    };
  }

  async #admit(
    client: Client,
    username: string | undefined,
    password: string | undefined,
    done: (error: AuthenticateError | null, success: boolean | null) => void,
  ): Promise<void> {
    const refusal = await this.#gatekeeper.admit(client, username, password);
    if (!refusal) this.#releaseAtEnd(client);
    done(refusal ?? null, !refusal);
  }

  #releaseAtEnd(client: Client): void {
    const ended = (): void => {
      this.#gatekeeper.release(client);
      this.#listensNoMore(client);
    };
    if (client.conn.destroyed) ended();
    else client.conn.once('close', ended);
  }

  #watch(broker: Aedes): void {
    broker.on('subscribe', (subscriptions, client) => {
      const topic = this.#commandTopic(client);
      // A refused filter is in the list as well, with 0x80 for its QoS.
      if (subscriptions.some((subscription) => subscription.topic === topic && Number(subscription.qos) < 0x80))
        this.#listens(client);
    });
    broker.on('unsubscribe', (filters, client) => {
      const topic = this.#commandTopic(client);
      if (topic !== undefined && filters.includes(topic)) this.#listensNoMore(client);
    });
    const broken = (client: Client, error: Error): void =>
      this.#options.logger.debug({ clientId: client.id, reason: error.message }, 'an MQTT connection broke');
    broker.on('clientError', broken);
    broker.on('connectionError', broken);
  }

  #commandTopic(client: Client): string | undefined {
    const identity = this.#gatekeeper.identityOf(client);
    return identity && commandTopicOf(identity);
  }

  #listens(client: Client): void {
    const identity = this.#gatekeeper.identityOf(client);
    if (!identity || identity === 'platform' || client.closed || client.conn.destroyed) return;
    if (this.#presence.listens(identity.deviceId, client)) this.#options.onPresence(identity.deviceId, true);
  }

  #listensNoMore(client: Client): void {
    const identity = this.#gatekeeper.identityOf(client);
    if (!identity || identity === 'platform') return;
    if (this.#presence.ends(identity.deviceId, client)) this.#options.onPresence(identity.deviceId, false);
  }
}

function closeBroker(broker: Aedes): Promise<void> {
  return new Promise((resolve) => broker.close(() => resolve()));
}
