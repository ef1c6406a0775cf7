import type { BusLogger } from './bus-logger.js';
import type { PoisonRecord } from './fact-batch.js';

/** How a member of a group consumes; the same for every adapter. */
export interface FactServerOptions {
  /** Every group gets every record; the members of one group share them. */
  readonly group: string;
  readonly logger: BusLogger;
  /**
   * Called after the dead letter is durable and before the record counts as handled, so that the lane can be marked as
   * blocked. A retryable Fault is tried again for ever; any other error is logged.
   */
  readonly onPoison?: (record: PoisonRecord, error: unknown) => Promise<void> | void;
  /** Calls of the handler before a batch is split, and again before a record that stands alone is given up. Default 5. */
  readonly tries?: number;
  /** Wait before the second try, doubling up to `maxMs`. Default 100 ms and 10 s. */
  readonly backoff?: { readonly firstMs: number; readonly maxMs: number };
  /** Records in one call of the handler at most. Default 500. */
  readonly maxBatch?: number;
  /**
   * Another call of the handler begins while fewer records than this are with it, never two with one device. Default 1: one
   * call at a time. Above that an error keeps its own call busy and lets others begin.
   */
  readonly overlapBelow?: number;
  /** How long `close()` waits for a running handler, in ms. Default 20,000. */
  readonly closeWithinMs?: number;
}

/** The options with every default filled in. */
export type FactServerSettings = Required<Omit<FactServerOptions, 'onPoison'>> & Pick<FactServerOptions, 'onPoison'>;

export function withDefaults(options: FactServerOptions): FactServerSettings {
  return {
    group: options.group,
    logger: options.logger,
    tries: options.tries ?? 5,
    backoff: options.backoff ?? { firstMs: 100, maxMs: 10_000 },
    maxBatch: options.maxBatch ?? 500,
    overlapBelow: options.overlapBelow ?? 1,
    closeWithinMs: options.closeWithinMs ?? 20_000,
    ...(options.onPoison === undefined ? {} : { onPoison: options.onPoison }),
  };
}
