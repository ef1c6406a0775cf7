import type { DeliveryObserver } from '@downlink/callback-http';
import type { Delivery, DeliveryAttempt } from '@downlink/command-engine';
import type { Logger, Metrics } from '@downlink/runtime';
import type { IntakeObserver } from './fact-intake.js';

const LATENCY_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15];

/** Counts what the notifier does, and says in the log what an operator must know. */
export class NotifierMetrics implements DeliveryObserver, IntakeObserver {
  private readonly attempts;
  private readonly latency;
  private readonly stored;
  private readonly leftBehind;
  private readonly swept;
  private readonly saidUnknown = new Set<string>();

  constructor(
    private readonly metrics: Metrics,
    private readonly logger: Logger,
  ) {
    this.attempts = metrics.counter({
      name: 'downlink_webhook_attempts_total',
      help: 'Attempts by outcome: succeeded, or the code of the failure',
      labelNames: ['outcome'],
    });
    this.latency = metrics.histogram({
      name: 'downlink_webhook_attempt_seconds',
      help: 'From the start of an attempt to the end of its answer',
      labelNames: ['outcome'],
      buckets: LATENCY_BUCKETS,
    });
    this.stored = metrics.counter({
      name: 'downlink_webhook_deliveries_stored_total',
      help: 'Deliveries handed to the store; one that comes again is counted again',
    });
    this.leftBehind = metrics.counter({
      name: 'downlink_webhook_deliveries_left_total',
      help: 'Claimed deliveries left to the lapse of their claim, by reason',
      labelNames: ['reason'],
    });
    this.swept = metrics.counter({
      name: 'downlink_webhook_deliveries_swept_total',
      help: 'Deliveries that the sweeper claimed: retries, and what others left',
    });
  }

  /** The sizes that are asked for at each scrape. */
  observe(runner: { readonly size: number; readonly underWay: number }, shards: () => number): void {
    this.gauge('downlink_webhook_queue', 'Deliveries held: waiting, under way or not yet recorded', () => runner.size);
    this.gauge('downlink_webhook_under_way', 'Attempts under way', () => runner.underWay);
    this.gauge('downlink_webhook_shards', 'Shards held by this process', shards);
  }

  attempted(_: Delivery, { outcome, error, durationMs }: DeliveryAttempt): void {
    this.attempts.inc({ outcome: error ?? outcome });
    this.latency.observe({ outcome }, durationMs / 1_000);
  }

  enqueued(count: number): void {
    this.stored.inc(count);
  }

  sweptUp(count: number): void {
    if (count > 0) this.swept.inc(count);
  }

  left(count: number, reason: string): void {
    this.leftBehind.inc({ reason }, count);
  }

  unknownFormat(format: string): void {
    if (this.saidUnknown.has(format) || this.saidUnknown.size >= 100) return;
    this.saidUnknown.add(format);
    this.logger.warn({ format }, 'a command asks for callbacks in a format that is not known here: they are not sent');
  }

  recordFailed(error: unknown, waiting: number): void {
    this.logger.warn({ err: error, waiting }, 'attempts could not be written down yet');
  }

  attemptRefused({ webhookId }: DeliveryAttempt, error: unknown): void {
    this.logger.error({ err: error, webhookId }, 'the store refuses this attempt; the webhook will be sent again');
  }

  private gauge(name: string, help: string, value: () => number): void {
    this.metrics.gauge({
      name,
      help,
      collect() {
        this.set(value());
      },
    });
  }
}
