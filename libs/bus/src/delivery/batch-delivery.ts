import { isFault } from '@downlink/command-engine';
import type { BusLogger } from '../bus-logger.js';
import type { FactBatch } from '../fact-batch.js';
import { Backoff, type BackoffTimes } from './backoff.js';
import { describeError } from './describe-error.js';
import { describePoison } from './describe-poison.js';
import type { IncomingRecord } from './incoming-record.js';

export interface DeliveryOptions<R extends IncomingRecord> {
  readonly group: string;
  readonly logger: BusLogger;
  readonly tries: number;
  readonly backoff: BackoffTimes;
  /** Aborted when the member leaves: what then fails is not tried again. */
  readonly signal: AbortSignal;
  handle(batch: FactBatch): Promise<void>;
  /** Makes a dead letter of a record; resolves when that is durable. */
  bury(record: R, error: unknown): Promise<void>;
}

/** The records were not handled and the member is leaving: somebody else will get them. */
export class DeliveryStopped extends Error {
  override readonly name = 'DeliveryStopped';
}

/**
 * Hands records to the handler until every one is handled or buried. A retryable Fault is tried again for ever. Any other
 * error is tried again some times, then the batch is halved until the culprit stands alone. Records keep their order.
 */
export class BatchDelivery<R extends IncomingRecord> {
  constructor(private readonly options: DeliveryOptions<R>) {}

  /** @throws DeliveryStopped */
  async deliver(records: readonly R[]): Promise<void> {
    await this.attempt(records, this.options.tries);
  }

  private async attempt(given: readonly R[], tries: number): Promise<void> {
    const backoff = new Backoff(this.options.backoff, this.options.signal);
    let records = await this.buryUnreadable(given);
    for (let failures = 0; records.length > 0;) {
      const error = await this.call(records);
      if (error === undefined) return;
      const readable = await this.buryUnreadable(records);
      if (readable.length < records.length) {
        records = readable;
        continue;
      }
      if (!isRetryable(error)) failures += 1;
      if (failures >= tries) return this.giveUp(records, error.thrown);
      this.report(records, error.thrown, failures);
      await this.pause(backoff);
    }
  }

  private async call(records: readonly R[]): Promise<{ thrown: unknown } | undefined> {
    if (this.options.signal.aborted) throw new DeliveryStopped();
    for (const record of records) record.attempts += 1;
    try {
      await this.options.handle({ records });
      return undefined;
    } catch (thrown) {
      return { thrown };
    }
  }

  private async giveUp(records: readonly R[], error: unknown): Promise<void> {
    if (records.length === 1) return this.bury(records[0]!, error);
    const middle = Math.ceil(records.length / 2);
    for (const half of [records.slice(0, middle), records.slice(middle)]) {
      // The whole batch had its tries; only one that stands alone is given them again, before it is given up.
      await this.attempt(half, half.length === 1 ? this.options.tries : 1);
    }
  }

  private async buryUnreadable(records: readonly R[]): Promise<readonly R[]> {
    if (records.every((record) => record.problem === undefined)) return records;
    for (const record of records) if (record.problem !== undefined) await this.bury(record, record.problem);
    return records.filter((record) => record.problem === undefined);
  }

  private async bury(record: R, error: unknown): Promise<void> {
    const { group, logger } = this.options;
    logger.error(
      {
        group,
        origin: record.origin,
        device: record.key,
        attempts: record.attempts,
        error: describePoison(record, error),
      },
      'giving up a record, it becomes a dead letter',
    );
    await this.options.bury(record, error);
  }

  private report(records: readonly R[], error: unknown, failures: number): void {
    const { group, logger } = this.options;
    const retryable = failures === 0;
    logger.warn(
      { group, records: records.length, first: records[0]?.origin, retryable, failures, error: describeError(error) },
      retryable ? 'handler failed, trying again until it succeeds' : 'handler failed, trying again',
    );
  }

  private async pause(backoff: Backoff): Promise<void> {
    await backoff.wait();
    if (this.options.signal.aborted) throw new DeliveryStopped();
  }
}

function isRetryable(error: { thrown: unknown }): boolean {
  return isFault(error.thrown) && error.thrown.retryable;
}
