import type { BusLogger } from '../bus-logger.js';
import { Backoff } from '../delivery/backoff.js';
import { describeError } from '../delivery/describe-error.js';
import type { ConsumerSession } from './consumer-session.js';
import { ensureTopics } from './ensure-topics.js';
import type { KafkaSettings } from './kafka-settings.js';

/** How long a session that crashed may take to disconnect. */
const DISCONNECT_WITHIN_MS = 5_000;

/**
 * One session after the other until the signal is aborted; the topics are there before the first. The last session is left
 * open: whoever leaves still has to commit.
 */
export async function keepSession(options: {
  readonly kafka: KafkaSettings;
  readonly group: string;
  readonly logger: BusLogger;
  readonly signal: AbortSignal;
  open(): ConsumerSession;
}): Promise<void> {
  const { group, logger, signal, kafka } = options;
  const backoff = new Backoff({ firstMs: 200, maxMs: 10_000 }, signal);
  const left = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  while (!signal.aborted) {
    const began = performance.now();
    try {
      await ensureTopics(kafka, logger, signal, `${group}-topics`);
      const error = await runSession(options.open(), left, signal);
      if (!signal.aborted) logger.error({ group, error: describeError(error) }, 'consumer ended, starting it again');
    } catch (error) {
      if (!signal.aborted) logger.error({ group, error: describeError(error) }, 'consumer did not start, trying again');
    }
    if (performance.now() - began > 60_000) backoff.reset();
    if (!signal.aborted) await backoff.wait();
  }
}

/** Resolves with the reason when the consumer has crashed, or when the member leaves. */
async function runSession(session: ConsumerSession, left: Promise<void>, signal: AbortSignal): Promise<unknown> {
  try {
    await session.start();
    return await Promise.race([session.crashed, left]);
  } finally {
    if (!signal.aborted) await session.stop(DISCONNECT_WITHIN_MS);
  }
}
