import type { Socket } from 'node:net';
import type { WireFormat } from '../codecs/wire-format-codec.js';
import type { MqttLogger } from '../mqtt-logger.js';
import type { TokenBucket } from '../bridge/token-bucket.js';
import type { Counting } from './gateway-counts.js';
import type {
  DeviceAddress,
  DeviceAuthenticator,
  DevicePresence,
  GatewayLimits,
  RefusalKind,
  UpstreamBroker,
} from './ports.js';
import type { TopicRights } from './session/device-session.js';

/** What all connections of one gateway share. */
export interface GatewayRoom {
  readonly authenticator: DeviceAuthenticator;
  readonly presence: DevicePresence;
  readonly limits: GatewayLimits;
  readonly upstream: UpstreamBroker;
  readonly cleanSessions: boolean;
  readonly logger: MqttLogger;
  readonly counts: Counting;
  readonly connects: TokenBucket;
  /** Begins to connect to the broker. */
  openUpstream(): Socket;
  rightsOf(wireFormat: WireFormat): TopicRights;
  /** Calls `expired` once when this many milliseconds have gone by, unless it is watched anew or not any more. */
  watch(expiring: Expiring, ms: number): void;
  unwatch(expiring: Expiring): void;
  /** A session of the device is open on the broker, or not any more. */
  opened(session: OpenSession): void;
  ended(session: OpenSession): void;
  refused(kind: RefusalKind, remoteAddress: string, details?: object): void;
}

export interface Expiring {
  expired(): void;
}

/** A device's session that is open on the broker. */
export interface OpenSession {
  readonly device: DeviceAddress;
  /** Subscribes for the device, besides what is subscribed already. */
  subscribeFor(topics: readonly string[]): void;
  /** Ends it; the device is told that the gateway shuts down. */
  shutDown(): void;
}
