import type { BusLogger } from '../bus-logger.js';
import { pause } from '../delivery/backoff.js';
import { describeError } from '../delivery/describe-error.js';
import type { OffsetLedger, PartitionOffset } from './offset-ledger.js';

/** Commits in the background what the ledger has as handled, one commit at a time. */
export class OffsetCommitter {
  readonly #stopping = new AbortController();
  #isRunning = false;
  #failing = false;

  constructor(
    private readonly options: {
      readonly ledger: OffsetLedger;
      readonly logger: BusLogger;
      readonly everyMs: number;
      commit(offsets: readonly PartitionOffset[]): Promise<void>;
    },
  ) {}

  /** Something was handled. */
  wake(): void {
    if (!this.#isRunning) void this.#work();
  }

  /** Commits at once, once. */
  async flush(): Promise<void> {
    const { ledger, logger, commit } = this.options;
    const offsets = ledger.uncommitted();
    if (offsets.length === 0) return;
    try {
      await commit(offsets);
      ledger.committed(offsets);
      this.#failing = false;
    } catch (error) {
      // Ordinary during a rebalance; the offsets stay in the ledger and go with the next commit.
      if (!this.#failing) logger.info({ error: describeError(error) }, 'offsets not committed, trying again');
      this.#failing = true;
    }
  }

  stop(): void {
    this.#stopping.abort();
  }

  async #work(): Promise<void> {
    const { ledger, everyMs } = this.options;
    this.#isRunning = true;
    while (!this.#stopping.signal.aborted && ledger.uncommitted().length > 0) {
      await pause(everyMs, this.#stopping.signal);
      if (!this.#stopping.signal.aborted) await this.flush();
    }
    this.#isRunning = false;
  }
}
