import type { CommandId } from '@downlink/command-domain';

/** What names a delivery: an event of a command, and one of those that hear of it. */
export interface DeliveryKey {
  readonly commandId: CommandId;
  readonly version: number;
  /**
   * Which of several that hear of one event, each in a body of its own: ASCII without spaces, stable over restarts, at most 64
   * characters. Absent for the command's own callback. To one URL they are told in the order of version and receiver.
   */
  readonly receiver?: string;
}

/** The id of the webhook, stable over attempts and restarts: `commandId-version`, and `-receiver` where one is named. */
export function webhookIdOf({ commandId, version, receiver }: DeliveryKey): string {
  return `${commandId}-${String(version)}${receiver === undefined ? '' : `-${receiver}`}`;
}

/** One thing to tell one receiver: at most one delivery per event of a command and receiver. */
export interface NewDelivery extends DeliveryKey {
  /** `webhookIdOf` the rest. */
  readonly webhookId: string;
  readonly deviceId: string;
  readonly applicationId: string;
  readonly url: string;
  readonly contentType: string;
  /** The exact bytes that every attempt sends: one webhook id never carries two bodies. */
  readonly body: string;
}

export interface Delivery extends NewDelivery {
  /** Attempts made so far. */
  readonly attempts: number;
}

/** How one attempt ended. */
export interface DeliveryAttempt extends DeliveryKey {
  readonly webhookId: string;
  readonly startedAt: number;
  /**
   * The same on the monotonic clock of this process (`performance.now()`), when it has just been made: a store with a clock of its
   * own dates the attempt by that, so that attempts of several hosts stand in the order in which they were made. Never given back.
   */
  readonly beganAt?: number;
  readonly durationMs: number;
  readonly outcome: 'succeeded' | 'failed';
  /** HTTP status; null when there was no answer. */
  readonly status: number | null;
  /** First 20 kB of what the receiver answered; null when nothing. */
  readonly response: string | null;
  /** Stable code of the failure, for example `connect-refused`, `timeout`, `status-500`; null on success. */
  readonly error: string | null;
  /** Failed: ms until the next attempt, or null when the schedule is used up. Succeeded: null. */
  readonly retryInMs: number | null;
}

export type DeliveryStatus = 'pending' | 'succeeded' | 'exhausted';

export interface DeliveryRecord extends Delivery {
  readonly status: DeliveryStatus;
  readonly nextAttemptAt: number | null;
  readonly log: readonly (DeliveryAttempt & { readonly attempt: number })[];
}

/**
 * Deliveries and their attempts, durable. Strict order per command and URL: a delivery can be claimed only when every earlier
 * one of its command to the same URL (lower version; of one event the lower receiver) has succeeded or is exhausted. A receiver that
 * is away holds up no other. A claim makes it invisible for `claimMs`; the claim of a process that died lapses.
 */
export interface WebhookDeliveries {
  /** Stores deliveries (one already there is left as it is) and claims those of them that may go at once. Any number, fixed cost. */
  enqueue(deliveries: readonly NewDelivery[], claimMs: number): Promise<Delivery[]>;
  /** Writes attempts down, settles or reschedules their deliveries, and claims the next deliveries of commands that moved on. */
  record(attempts: readonly DeliveryAttempt[], claimMs: number): Promise<Delivery[]>;
  /** Claims what is due in these shards (retries, lapsed claims), earliest first. */
  claimDue(shards: readonly number[], limit: number, claimMs: number): Promise<Delivery[]>;
  /** Everything about a command's deliveries, versions and then receivers ascending. */
  ofCommand(commandId: CommandId): Promise<DeliveryRecord[]>;
}
