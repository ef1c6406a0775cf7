/** A message as the broker handed it over. */
export interface ReceivedMessage {
  topic: string;
  payload: Buffer;
  /** True when the broker sent it because we subscribed, not because it was published now. */
  retained: boolean;
  /** Milliseconds of the monotonic clock (`performance.now()`). */
  receivedAt: number;
}

/**
 * Makes the effect of a batch durable. Resolving means "acknowledge all of it"; rejecting means the infrastructure failed:
 * the same batch is handed over again later. A message that nobody can read is the handler's business, not a rejection.
 */
export type BatchHandler = (batch: ReceivedMessage[]) => Promise<void>;
