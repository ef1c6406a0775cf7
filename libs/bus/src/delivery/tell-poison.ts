import { isFault } from '@downlink/command-engine';
import type { FactServerOptions } from '../fact-server-options.js';
import { Backoff, type BackoffTimes } from './backoff.js';
import { DeliveryStopped } from './batch-delivery.js';
import { describeError } from './describe-error.js';
import { describePoison } from './describe-poison.js';
import type { IncomingRecord } from './incoming-record.js';

/** Calls `onPoison` until it returns or fails for good. @throws DeliveryStopped */
export async function tellPoison(
  options: Pick<FactServerOptions, 'onPoison' | 'logger' | 'group'>,
  poison: { readonly record: IncomingRecord; readonly error: unknown },
  backoffTimes: BackoffTimes,
  signal: AbortSignal,
): Promise<void> {
  const { record, error } = poison;
  const backoff = new Backoff(backoffTimes, signal);
  const { key, origin, knownHeaders: headers, attempts, source } = record;
  const { recordedAt } = source;
  const told = {
    key,
    origin,
    headers,
    attempts,
    group: options.group,
    recordedAt,
    error: describePoison(record, error),
    raw: () => source.raw(),
  };
  while (!signal.aborted) {
    try {
      await options.onPoison?.(told, error);
      return;
    } catch (failure) {
      const again = isFault(failure) && failure.retryable;
      options.logger.error(
        { origin, device: key, retryable: again, error: describeError(failure) },
        'could not report a dead letter to the application',
      );
      if (!again) return;
    }
    await backoff.wait();
  }
  throw new DeliveryStopped();
}
