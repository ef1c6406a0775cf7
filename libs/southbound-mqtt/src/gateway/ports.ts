import type { DeviceAddress } from '../codecs/device-name.js';
import type { WireFormat } from '../codecs/wire-format-codec.js';
import type { MqttLogger } from '../mqtt-logger.js';

export type { DeviceAddress };

/** What a device says of itself in its CONNECT. */
export interface ConnectingDevice {
  readonly clientId: string;
  readonly username?: string;
  readonly password?: Buffer;
  /** Common name of its TLS client certificate, which has been verified. */
  readonly commonName?: string;
  readonly remoteAddress: string;
  /** 3 is MQTT 3.1, 4 is MQTT 3.1.1, 5 is MQTT 5. */
  readonly protocolVersion: 3 | 4 | 5;
}

export interface AdmittedDevice {
  readonly wireFormat: WireFormat;
  readonly device: DeviceAddress;
  /** Time of the database at its authentication, milliseconds: tells an older session of the device from a newer one. */
  readonly epoch: number;
  /** Exact topics that the gateway subscribes to in the device's session; empty where devices subscribe themselves. */
  readonly subscriptions: readonly string[];
}

export type AdmissionRefusal = 'unknown' | 'wrong-password' | 'not-activated' | 'client-id' | 'throttled';

/**
 * - `activating`: a device that asks for its secret (EnOS "dynamic activation"). The gateway answers it by itself: publishes
 *   `payload` on `topic`, waits for a message of the device on `replyTopic`, calls `activated` and closes the connection.
 */
export type Admission =
  | { readonly kind: 'admitted'; readonly device: AdmittedDevice }
  | {
      readonly kind: 'activating';
      readonly device: DeviceAddress;
      readonly topic: string;
      readonly payload: string;
      readonly replyTopic: string;
      /** The device has its secret now. Called at most once. */
      activated(): Promise<void>;
    }
  | { readonly kind: 'refused'; readonly reason: AdmissionRefusal };

/** Tells who a device is, by its vendor's own scheme. */
export interface DeviceAuthenticator {
  /** Rejects only with a Fault; the device is then told "server unavailable". Never keeps or logs the password. */
  authenticate(connecting: ConnectingDevice): Promise<Admission>;
}

/** Hears of each session exactly: `online` once the device listens, `offline` when its connection has ended, if it was online. Neither throws. */
export interface DevicePresence {
  online(deviceId: string, epoch: number): void;
  offline(deviceId: string, epoch: number): void;
}

/** The model of a product has changed. */
export interface ModelChange {
  readonly productKey: string;
  /** What a device of it is to be subscribed to from now on, exact topics. */
  subscriptionsFor(device: DeviceAddress): readonly string[];
}

/** The broker behind, and the gateway's own account there. Each device's session is opened under that account. */
export interface UpstreamBroker {
  readonly host: string;
  readonly port: number;
  /** Present for a broker behind TLS; `ca` in PEM, default the system's authorities. */
  readonly tls?: { readonly ca?: string | Buffer; readonly servername?: string; readonly rejectUnauthorized?: boolean };
  readonly username?: string;
  readonly password?: string;
}

export interface GatewayLimits {
  /** Connection attempts that are looked into, each second, and how many at once after a quiet time. */
  readonly connectsPerSecond: number;
  readonly connectBurst: number;
  /** Devices connected or connecting at the same time. Beyond a tenth more, a connection is closed without a word. */
  readonly maxConnections: number;
  /** A whole packet of a device, header and topic included, bytes. */
  readonly maxPacketBytes: number;
  /** QoS 1 and 2 publishes of a device that the broker has not acknowledged yet; more are not read until it has. At most 65,535. */
  readonly maxInFlight: number;
  /** Filters that one connection may subscribe to itself. */
  readonly maxSubscriptions: number;
  /** From the accepted socket to the complete CONNECT; and, again, from there to the broker's CONNACK. */
  readonly connectTimeoutMs: number;
  /** How long a device may take to answer to its dynamic activation. */
  readonly activationTimeoutMs: number;
  /** Bytes that wait for a slow reader, in either direction, before the other side is no longer read. */
  readonly highWaterBytes: number;
}

/** What a gateway says no to. A connection, packet or filter refused counts once. */
export type RefusalKind =
  /** Admission refused, by reason. */
  | AdmissionRefusal
  /** Bytes that are no MQTT, or not allowed at this point. */
  | 'malformed'
  | 'oversized'
  | 'connect-timeout'
  | 'connect-rate'
  | 'connections'
  /** MQTT 5 enhanced authentication. */
  | 'enhanced-authentication'
  | 'will'
  | 'publish'
  | 'retained-publish'
  | 'subscription'
  | 'subscriptions-limit'
  /** The broker behind (or the registry) was away or said no. */
  | 'unavailable';

export interface GatewayCounts {
  /** Sockets, whatever their state. */
  readonly connections: number;
  /** Sessions open on the broker now. */
  readonly connected: number;
  /** Sessions opened since the start. */
  readonly admitted: number;
  readonly activated: number;
  /** Times that a device was not read from because it had too much in flight. */
  readonly heldBack: number;
  readonly refused: Readonly<Record<RefusalKind, number>>;
}

export interface GatewayOptions {
  readonly upstream: UpstreamBroker;
  readonly authenticator: DeviceAuthenticator;
  readonly presence: DevicePresence;
  /** Default `DEFAULT_GATEWAY_LIMITS`, limit by limit. */
  readonly limits?: Partial<GatewayLimits>;
  /** Ends each session with its connection: for a broker without message expiry (MQTT 3.1.1). Default false. */
  readonly cleanSessions?: boolean;
  readonly logger: MqttLogger;
  /** Calls the listener when a model changes; the function that it gives back ends that. */
  readonly modelChanges?: (listener: (change: ModelChange) => void) => () => void;
}
