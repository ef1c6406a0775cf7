/** What is asked for: one QoS 1 message, never retained. */
export interface OutgoingMessage {
  topic: string;
  payload: Buffer | string;
  /** Message expiry, seconds, rounded down but at least 1; MQTT 5 only, left out over 3.1.1. */
  expirySeconds?: number;
  /** Not written at or after this instant of `performance.now()`: it is `unavailable` then. A window may be full for long, a process frozen. */
  writeBefore?: number;
}

/**
 * What became of a publish.
 * - `accepted`: the broker took it (PUBACK 0x00). It says nothing about the device.
 * - `no-subscriber`: the broker took it and nobody subscribes, not even a sleeping session (MQTT 5, PUBACK 0x10).
 * - `refused`: the broker said no (PUBACK 0x80 and above), or the message cannot be sent to this broker at all.
 * - `unavailable`: surely not written to any connection.
 * - `unknown`: written, then the connection was lost before the broker answered; it may or may not arrive.
 */
export type PublishOutcome =
  | { kind: 'accepted' }
  | { kind: 'no-subscriber' }
  | { kind: 'refused'; reasonCode: number }
  | { kind: 'unavailable' }
  | { kind: 'unknown' };
