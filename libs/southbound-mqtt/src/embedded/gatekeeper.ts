import type { AuthenticateError, Client } from 'aedes';
import type { MqttLogger } from '../mqtt-logger.js';
import { type BrokerIdentity, mayUseClientId, ownerOf } from './broker-identity.js';
import { ClientIdOwners } from './client-id-owners.js';
import { mayPublish, mayReceive, maySubscribe } from './topic-permissions.js';

/** Who connects, by the vendor's own scheme; `undefined` refuses. A rejection also refuses, as "server unavailable". */
export type Authenticate = (
  clientId: string,
  username: string | undefined,
  password: string | undefined,
) => Promise<BrokerIdentity | undefined>;

/** What was refused since the start. */
export interface Refusals {
  authentication: number;
  publish: number;
  subscription: number;
}

// CONNACK return codes of MQTT 3.1.1, table 3.1; aedes exports them as a const enum, which does not exist at run time.
const returnCodes = { identifierRejected: 2, serverUnavailable: 3, badUserNameOrPassword: 4 } as const;

/** Decides who may connect to the embedded broker and what each may do there. Refusals are counted and logged, without secrets. */
export class Gatekeeper {
  readonly #authenticate: Authenticate;
  readonly #logger: MqttLogger;
  readonly #identities = new WeakMap<Client, BrokerIdentity>();
  readonly #owners = new ClientIdOwners();
  readonly #refusals: Refusals = { authentication: 0, publish: 0, subscription: 0 };

  constructor(authenticate: Authenticate, logger: MqttLogger) {
    this.#authenticate = authenticate;
    this.#logger = logger;
  }

  get refusals(): Readonly<Refusals> {
    return { ...this.#refusals };
  }

  /** Undefined for a client that was not admitted. */
  identityOf(client: Client): BrokerIdentity | undefined {
    return this.#identities.get(client);
  }

  /** Lets a client in (undefined) or says with which return code it is refused. An admitted client is released in the end. */
  async admit(
    client: Client,
    username: string | undefined,
    password: string | undefined,
  ): Promise<AuthenticateError | undefined> {
    let identity: BrokerIdentity | undefined;
    try {
      identity = await this.#authenticate(client.id, username, password);
    } catch (error) {
      this.#logger.error({ err: error, clientId: client.id }, 'a client could not be authenticated');
      return this.#notAdmitted(client, 'authentication failed', returnCodes.serverUnavailable);
    }
    if (!identity)
      return this.#notAdmitted(client, 'unknown user or wrong password', returnCodes.badUserNameOrPassword);
    if (identity !== 'platform' && !mayUseClientId(client.id, identity)) {
      return this.#notAdmitted(client, 'the client id does not name the device', returnCodes.identifierRejected);
    }
    // A device's session ends with its connection: aedes would store even refused filters of a kept session, and queue
    // other devices' commands for it. The CONNACK says so (session present 0), and the engine retransmits by itself.
    if (identity !== 'platform') Object.assign(client, { clean: true });
    if (!this.#owners.claim(client.id, ownerOf(identity), !client.clean)) {
      return this.#notAdmitted(client, 'the client id belongs to somebody else', returnCodes.identifierRejected);
    }
    this.#identities.set(client, identity);
    return undefined;
  }

  /** The connection of an admitted client has ended. */
  release(client: Client): void {
    this.#owners.release(client.id);
  }

  /** Null when the publish is allowed; the error ends the connection, as MQTT 3.1.1 has no other way to refuse. */
  publishRefusal(client: Client, { topic, retain }: { topic: string; retain: boolean }): Error | null {
    const identity = this.#identities.get(client);
    if (identity && mayPublish(identity, topic, retain)) return null;
    this.#refuse('publish', client, { topic, retain });
    return new Error('publish not allowed');
  }

  allowsSubscription(client: Client, filter: string): boolean {
    const identity = this.#identities.get(client);
    if (identity && maySubscribe(identity, filter)) return true;
    this.#refuse('subscription', client, { filter });
    return false;
  }

  allowsDelivery(client: Client, topic: string): boolean {
    const identity = this.#identities.get(client);
    return identity !== undefined && mayReceive(identity, topic);
  }

  #notAdmitted(client: Client, reason: string, returnCode: number): AuthenticateError {
    this.#refuse('authentication', client, { reason });
    return Object.assign(new Error(reason), { returnCode });
  }

  #refuse(kind: keyof Refusals, client: Client, details: object): void {
    this.#refusals[kind] += 1;
    const remoteAddress = 'remoteAddress' in client.conn ? client.conn.remoteAddress : undefined;
    this.#logger.warn({ kind, clientId: client.id, remoteAddress, ...details }, 'the embedded broker refused a client');
  }
}
