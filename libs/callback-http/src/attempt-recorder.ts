import { isFault, type Delivery, type DeliveryAttempt, type WebhookDeliveries } from '@downlink/command-engine';

export interface RecorderObserver {
  /** The store is away, or refuses: attempts wait in memory and are recorded again after a pause. */
  recordFailed(error: unknown, waiting: number): void;
  /** This attempt alone cannot be stored; its claim lapses and it is sent again. */
  attemptRefused(attempt: DeliveryAttempt, error: unknown): void;
}

export interface RecorderOptions {
  readonly claimMs: number;
  /** Attempts in one call at most. */
  readonly maxBatch: number;
  /** Pause after the store failed, in ms. */
  readonly retryMs: number;
}

/** Where attempts go once they are written down. */
export interface Recorded {
  /** These attempts are durable (or given up), and `next` are claimed since `claimedAt` (performance.now()). */
  settled(attempts: readonly DeliveryAttempt[], next: readonly Delivery[], claimedAt: number): void;
}

/**
 * Writes attempts down, one call at a time: what gathers while a call runs goes into the next one, so that 1,000 attempts
 * cost a handful of transactions. Nothing is dropped while the store is away.
 */
export class AttemptRecorder {
  private waiting: DeliveryAttempt[] = [];
  private running: Promise<void> | undefined;
  private stopping = false;
  private wake: () => void = () => undefined;

  constructor(
    private readonly deliveries: WebhookDeliveries,
    private readonly recorded: Recorded,
    private readonly observer: RecorderObserver,
    private readonly options: RecorderOptions,
  ) {}

  add(attempt: DeliveryAttempt): void {
    this.waiting.push(attempt);
    this.running ??= this.run();
  }

  /** Writes down what is there. When the store is away it tries once and leaves the rest: those claims lapse. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.wake();
    await this.running;
  }

  private async run(): Promise<void> {
    // The answers of one turn of the event loop share a call.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0, this.options.maxBatch);
      const later = await this.record(batch);
      this.waiting.unshift(...later);
      if (later.length > 0 && this.stopping) break;
      if (later.length > 0) await this.pause();
    }
    this.running = undefined;
  }

  /** Returns what has to be recorded later, because the store is away. A batch that is refused is split. */
  private async record(batch: readonly DeliveryAttempt[]): Promise<readonly DeliveryAttempt[]> {
    const claimedAt = performance.now();
    try {
      // While stopping nothing more is sent here, so the next deliveries are not held back from others.
      const next = await this.deliveries.record(batch, this.stopping ? 1 : this.options.claimMs);
      this.recorded.settled(batch, next, claimedAt);
      return [];
    } catch (error) {
      if (isFault(error) && !error.retryable) return this.recordSplit(batch, error);
      this.observer.recordFailed(error, batch.length + this.waiting.length);
      return batch;
    }
  }

  private async recordSplit(batch: readonly DeliveryAttempt[], error: unknown): Promise<readonly DeliveryAttempt[]> {
    if (batch.length === 1) {
      this.observer.attemptRefused(batch[0]!, error);
      this.recorded.settled(batch, [], performance.now());
      return [];
    }
    const middle = Math.ceil(batch.length / 2);
    const first = await this.record(batch.slice(0, middle));
    return [...first, ...(await this.record(batch.slice(middle)))];
  }

  private pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, this.options.retryMs);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
