import type { DeviceId } from '@downlink/command-domain';

/** Rows kept for one device; older ones give way. */
export const STRAY_ANSWERS_PER_DEVICE = 100;
/** Of a payload so many bytes are kept, beside its whole length. */
export const STRAY_PAYLOAD_BYTES = 1_024;

/** Something a device said that belongs to no command: an unknown id, nothing readable, or a device that does not exist. */
export interface StrayAnswer {
  readonly deviceId: DeviceId;
  /** False when there is no such device. */
  readonly registered: boolean;
  /** `unknown-command`, `unknown-device`, `unstorable`, or why it is unreadable, in the wire formats' words. */
  readonly reason: string;
  /** How the message named its command, where it named one. */
  readonly reference: string | null;
  readonly topic: string;
  readonly payload: Uint8Array;
}

export interface RecordedStrayAnswer extends StrayAnswer {
  /** Digits; a later one is a greater number. */
  readonly id: string;
  /** ms since 1970, database time */
  readonly at: number;
  /** The length of the whole payload; `payload` holds its first `STRAY_PAYLOAD_BYTES`. */
  readonly payloadBytes: number;
}

/**
 * What would otherwise be dropped. Kept in bounds whatever devices send: `STRAY_ANSWERS_PER_DEVICE` rows for each device, payloads
 * cut at `STRAY_PAYLOAD_BYTES`, names and topics at 128 and 512 characters, all of it purged by age.
 */
export interface StrayAnswers {
  /**
   * Any number in two statements. A message that is handled twice is recorded twice.
   * @throws Fault `store-unavailable` (retryable)
   */
  record(strays: readonly StrayAnswer[]): Promise<void>;
  /** Of one device, the newest first. */
  ofDevice(deviceId: DeviceId): Promise<RecordedStrayAnswer[]>;
  /** Forgets what is older, and of devices that do not exist all but the newest `strangers`; returns how many rows. */
  purge(bounds: { readonly olderThanMs: number; readonly strangers: number }): Promise<number>;
}
