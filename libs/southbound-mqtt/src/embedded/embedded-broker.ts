import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Aedes, type AuthenticateError, type Client } from 'aedes';
import { equalInConstantTime } from '../authentication/equal-in-constant-time.js';
import type { MqttLogger } from '../mqtt-logger.js';

export interface EmbeddedBrokerOptions {
  /** 0 lets the system choose; see `port`. */
  port: number;
  /** The one account that there is: the platform's own connections, and those that its gateway opens for devices. */
  account: { readonly username: string; readonly password: string };
  logger: MqttLogger;
}

// CONNACK return code of MQTT 3.1.1, table 3.1; aedes exports it as a const enum, which does not exist at run time.
const badUserNameOrPassword = 4;

/**
 * An MQTT 3.1.1 broker in this process, for an installation without one. It listens on the loopback address and lets nobody in but
 * the platform; who a device is and what it may do is decided by the gateway in front of it, as with any other broker.
 */
export class EmbeddedBroker {
  readonly #options: EmbeddedBrokerOptions;
  readonly #sockets = new Set<Socket>();
  #broker: Aedes | undefined;
  #server: Server | undefined;

  constructor(options: EmbeddedBrokerOptions) {
    this.#options = options;
  }

  /** Listens. Rejects when the port is taken. */
  async start(): Promise<void> {
    const broker = await Aedes.createBroker({
      authenticate: (client, username, password, done) => {
        const refusal = this.#refusal(client, username, password?.toString('utf8'));
        done(refusal ?? null, !refusal);
      },
    });
    this.#broker = broker;
    this.#watch(broker);
    const server = createServer({ noDelay: true }, (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      broker.handle(socket);
    });
    server.listen({ port: this.#options.port, host: '127.0.0.1', backlog: 4_096 });
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

  /** Ends all connections and the broker. */
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

  #refusal(client: Client, username = '', password = ''): AuthenticateError | undefined {
    const { account, logger } = this.#options;
    if (username === account.username && equalInConstantTime(password, account.password)) return undefined;
    logger.warn({ clientId: client.id }, 'the embedded broker refused a client: only the platform logs in here');
    return Object.assign(new Error('unknown user or wrong password'), { returnCode: badUserNameOrPassword });
  }

  #watch(broker: Aedes): void {
    const broken = (client: Client, error: Error): void =>
      this.#options.logger.debug({ clientId: client.id, reason: error.message }, 'an MQTT connection broke');
    broker.on('clientError', broken);
    broker.on('connectionError', broken);
  }
}

function closeBroker(broker: Aedes): Promise<void> {
  return new Promise((resolve) => broker.close(() => resolve()));
}
