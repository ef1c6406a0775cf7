import { Backoff, type BackoffTimes } from './backoff.js';
import { DeliveryStopped } from './batch-delivery.js';
import { describeError } from './describe-error.js';

/** Calls `work` until it succeeds. @throws DeliveryStopped when the signal is aborted before that */
export async function untilItSucceeds<T>(
  work: () => Promise<T> | T,
  options: { failed(error: string): void; backoff: BackoffTimes; signal: AbortSignal },
): Promise<T> {
  const backoff = new Backoff(options.backoff, options.signal);
  while (!options.signal.aborted) {
    try {
      return await work();
    } catch (error) {
      if (!options.signal.aborted) options.failed(describeError(error));
    }
    await backoff.wait();
  }
  throw new DeliveryStopped();
}
