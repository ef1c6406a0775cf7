import type { Signal } from '@downlink/command-domain';
import type { Engine, Outcome } from './outcome.js';

export interface SignalQueueOptions {
  /** Signals in one transaction at most. */
  readonly maxBatch: number;
  /** Transactions under way at once. */
  readonly maxRunning: number;
}

/**
 * Groups the signals that arrive while earlier ones are being committed. A batch never waits for more work: it takes what
 * is there, so a lone signal is handled at once, and under load the cost of a commit is shared.
 */
export class SignalQueue {
  private waiting: { signal: Signal; resolve: (outcome: Outcome) => void; reject: (error: unknown) => void }[] = [];
  private running = 0;

  constructor(
    private readonly engine: Engine,
    private readonly options: SignalQueueOptions = { maxBatch: 500, maxRunning: 2 },
  ) {}

  /** Resolves with the signal's outcome once it is durable. @throws Fault (retryable) when the store is away. */
  handle(signal: Signal): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ signal, resolve, reject });
      // Whatever arrives in this turn of the event loop shares a transaction, even on an idle server.
      if (this.running < this.options.maxRunning && this.waiting.length === 1) setImmediate(() => this.pump());
    });
  }

  /**
   * Several signals, in order, each with its outcome. They may share a transaction with others' or be spread over two.
   * @throws Fault (retryable) when the store is away; some of them may be committed, and handing all in again is safe.
   */
  handleAll(signals: readonly Signal[]): Promise<Outcome[]> {
    return Promise.all(signals.map((signal) => this.handle(signal)));
  }

  private pump(): void {
    while (this.running < this.options.maxRunning && this.waiting.length > 0) void this.run();
  }

  /**
   * The next transaction's first statements go out before the answers of this one are made: otherwise the database stood idle
   * while a process wrote 40 responses (2 of 7 ms a batch).
   */
  private async run(): Promise<void> {
    const batch = this.waiting.splice(0, this.options.maxBatch);
    this.running += 1;
    let settle: () => void;
    try {
      const outcomes = await this.engine.handle(batch.map(({ signal }) => signal));
      settle = () => batch.forEach(({ resolve }, index) => resolve(outcomes[index]!));
    } catch (error) {
      settle = () => batch.forEach(({ reject }) => reject(error));
    }
    this.running -= 1;
    if (this.waiting.length === 0) return settle();
    this.pump();
    setImmediate(settle);
  }
}
