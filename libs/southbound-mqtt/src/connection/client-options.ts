import type { IClientOptions } from 'mqtt';
import type { BrokerAddress } from './broker-address.js';

/** What distinguishes the receiving session from the publishing one. */
export interface SessionOptions {
  clean: boolean;
  /** Only sent when the connection speaks MQTT 5. */
  properties?: NonNullable<IClientOptions['properties']>;
}

/**
 * Options for one mqtt.js client that lives exactly as long as one connection: it never reconnects, never queues while
 * offline and never subscribes again by itself, because each of these re-sends old messages behind our back.
 */
export function clientOptions(address: BrokerAddress, session: SessionOptions, version: 5 | 4): IClientOptions {
  return {
    clientId: address.clientId,
    ...(address.username === undefined ? {} : { username: address.username }),
    ...(address.password === undefined ? {} : { password: address.password }),
    protocolId: 'MQTT',
    protocolVersion: version,
    clean: session.clean,
    ...(version === 5 && session.properties ? { properties: session.properties } : {}),
    // Handlers are attached first: what a persistent session had queued arrives right behind the CONNACK.
    manualConnect: true,
    reconnectPeriod: 0,
    resubscribe: false,
    queueQoSZero: false,
    connectTimeout: 10_000,
    keepalive: 30,
  };
}
