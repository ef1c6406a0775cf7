import type { TlsOptions } from './socket-factory.js';

/** How to reach Kafka. */
export interface KafkaSettings {
  /** `host:port` each. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  /** TLS, with these options; absent for a plain connection. */
  readonly tls?: TlsOptions;
  readonly sasl?: {
    readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
    readonly username: string;
    readonly password: string;
  };
  /** What topic names begin with. Default `downlink`. */
  readonly prefix?: string;
  /** Partitions of topics that do not exist yet. Default 12. */
  readonly partitions?: number;
  /** Copies of topics that do not exist yet. Default: the broker's own. */
  readonly replicationFactor?: number;
}
