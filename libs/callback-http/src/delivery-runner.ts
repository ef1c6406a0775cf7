import type { Delivery, DeliveryAttempt, NewDelivery, WebhookDeliveries } from '@downlink/command-engine';
import { AttemptRecorder, type RecorderObserver } from './attempt-recorder.js';
import type { CallbackSender, SendResult } from './callback-sender.js';
import { FairQueue } from './fair-queue.js';
import type { RetrySchedule } from './retry-schedule.js';

export interface DeliveryRunnerOptions {
  /** Attempts under way at once. */
  readonly concurrency: number;
  /** Attempts under way at once to one (application, origin). */
  readonly concurrencyPerKey: number;
  /** Deliveries held at most: waiting, under way, or sent and not yet recorded. */
  readonly capacity: number;
  /** Deliveries of one (application, origin) that wait at most, so that a dead one cannot take all the capacity. */
  readonly waitingPerKey: number;
  /** How long a claim lasts. */
  readonly claimMs: number;
  /** What is left of a claim, at least, when an attempt starts: the attempt's own time limit and the time to record it. */
  readonly attemptNeedsMs: number;
  /** Pause before recording again when the store is away. */
  readonly recordRetryMs: number;
}

export const DEFAULT_RUNNER_OPTIONS: DeliveryRunnerOptions = {
  concurrency: 256,
  concurrencyPerKey: 64,
  capacity: 20_000,
  waitingPerKey: 5_000,
  claimMs: 30_000,
  attemptNeedsMs: 17_000,
  recordRetryMs: 500,
};

/** What the runner tells metrics and operators. */
export interface DeliveryObserver extends RecorderObserver {
  attempted(delivery: Delivery, attempt: DeliveryAttempt): void;
  /** Left to the lapse of their claims: no room here, or they waited so long that somebody else may hold them now. */
  left(count: number, why: 'full' | 'claim-too-old' | 'stopping'): void;
}

export interface DeliveryRunnerParts {
  readonly deliveries: WebhookDeliveries;
  readonly sender: Pick<CallbackSender, 'send'>;
  readonly schedule: RetrySchedule;
  readonly observer: DeliveryObserver;
}

interface Held {
  readonly delivery: Delivery;
  /** performance.now() after which no attempt may start under this claim. */
  startBy: number;
}

/**
 * Sends claimed deliveries and writes down what came of them. It may lose everything it holds: a claim that nobody
 * settles lapses, and the delivery is claimed again. Order per command is the store's: it hands out the next delivery of a
 * command only when the one before is settled.
 */
export class DeliveryRunner {
  private readonly options: DeliveryRunnerOptions;
  private readonly queue: FairQueue<Held>;
  private readonly recorder: AttemptRecorder;
  private readonly held = new Map<string, Held>();
  private readonly sending = new Set<Promise<void>>();
  private stopped = false;

  constructor(
    private readonly parts: DeliveryRunnerParts,
    options: Partial<DeliveryRunnerOptions> = {},
  ) {
    this.options = { ...DEFAULT_RUNNER_OPTIONS, ...options };
    const { claimMs, concurrencyPerKey, waitingPerKey, recordRetryMs } = this.options;
    this.queue = new FairQueue({ underWay: concurrencyPerKey, waiting: waitingPerKey });
    this.recorder = new AttemptRecorder(
      parts.deliveries,
      { settled: (attempts, next, claimedAt) => this.settled(attempts, next, claimedAt) },
      parts.observer,
      { claimMs, maxBatch: 500, retryMs: recordRetryMs },
    );
  }

  get claimMs(): number {
    return this.options.claimMs;
  }

  /** How many more deliveries would be taken now. */
  get room(): number {
    return this.stopped ? 0 : Math.max(this.options.capacity - this.held.size, 0);
  }

  /** Deliveries held: waiting, under way, or not yet recorded. */
  get size(): number {
    return this.held.size;
  }

  /** Attempts under way. */
  get underWay(): number {
    return this.sending.size;
  }

  /**
   * Divides what is about to be stored: what would be taken now, and what had better stay unclaimed in the store until the
   * sweeper finds room for it. All deliveries of one (application, origin) go the same way, so commands keep their order.
   */
  divide<D extends NewDelivery>(deliveries: readonly D[]): { readonly now: D[]; readonly later: D[] } {
    const byKey = new Map<string, D[]>();
    for (const delivery of deliveries) {
      const key = keyOf(delivery);
      const line = byKey.get(key);
      if (line === undefined) byKey.set(key, [delivery]);
      else line.push(delivery);
    }
    const divided = { now: [] as D[], later: [] as D[] };
    for (const [key, line] of byKey) {
      const fits = line.length <= this.queue.roomFor(key) && divided.now.length + line.length <= this.room;
      (fits ? divided.now : divided.later).push(...line);
    }
    return divided;
  }

  /**
   * Takes claimed deliveries; returns at once. What there is no room for is left to the lapse of its claim. One that is held
   * already only has its claim renewed.
   * @param claimedAt performance.now() before the call that claimed them
   * @returns how many it did not take
   */
  accept(deliveries: readonly Delivery[], claimedAt: number): number {
    const startBy = claimedAt + this.options.claimMs - this.options.attemptNeedsMs;
    let refused = 0;
    for (const delivery of deliveries) if (!this.hold(delivery, startBy)) refused += 1;
    if (refused > 0) this.parts.observer.left(refused, this.stopped ? 'stopping' : 'full');
    this.startMore();
    return refused;
  }

  /** Starts nothing more, waits for what is under way and for its record. Closing the sender meanwhile cuts what is under way. */
  async stop(): Promise<void> {
    this.stopped = true;
    const waiting = this.queue.clear();
    for (const { delivery } of waiting) this.held.delete(delivery.webhookId);
    if (waiting.length > 0) this.parts.observer.left(waiting.length, 'stopping');
    await Promise.all(this.sending);
    await this.recorder.stop();
  }

  private hold(delivery: Delivery, startBy: number): boolean {
    const already = this.held.get(delivery.webhookId);
    if (already !== undefined) {
      already.startBy = startBy;
      return true;
    }
    if (this.room === 0) return false;
    const held = { delivery, startBy };
    if (!this.queue.add(keyOf(delivery), held)) return false;
    this.held.set(delivery.webhookId, held);
    return true;
  }

  private startMore(): void {
    let tooOld = 0;
    while (this.sending.size < this.options.concurrency) {
      const taken = this.queue.take();
      if (taken === undefined) break;
      const { key, item } = taken;
      if (performance.now() <= item.startBy) {
        this.start(key, item.delivery);
        continue;
      }
      tooOld += 1;
      this.held.delete(item.delivery.webhookId);
      this.queue.done(key);
    }
    if (tooOld > 0) this.parts.observer.left(tooOld, 'claim-too-old');
  }

  private start(key: string, delivery: Delivery): void {
    const sending = this.send(key, delivery, () => this.sending.delete(sending));
    this.sending.add(sending);
  }

  private async send(key: string, delivery: Delivery, ended: () => void): Promise<void> {
    const result = await this.parts.sender.send(delivery);
    ended();
    this.queue.done(key);
    if (this.stopped && result.error === 'aborted') return this.cut(delivery);
    const attempt = this.attemptOf(delivery, result);
    this.parts.observer.attempted(delivery, attempt);
    this.recorder.add(attempt);
    this.startMore();
  }

  /** We cut the attempt, so it counts for nobody: the claim lapses and another makes it. */
  private cut(delivery: Delivery): void {
    this.held.delete(delivery.webhookId);
    this.parts.observer.left(1, 'stopping');
  }

  private attemptOf(delivery: Delivery, result: SendResult): DeliveryAttempt {
    const { webhookId, commandId, version, receiver, attempts } = delivery;
    const key = { webhookId, commandId, version, ...(receiver !== undefined && { receiver }) };
    const { retryAfterMs, ...made } = result;
    const { error } = made;
    const retryInMs =
      error === null ? null : this.parts.schedule.nextDelayMs(attempts + 1, retryAfterMs, Math.random());
    const outcome = error === null ? 'succeeded' : 'failed';
    return { ...key, ...made, outcome, retryInMs };
  }

  private settled(attempts: readonly DeliveryAttempt[], next: readonly Delivery[], claimedAt: number): void {
    for (const { webhookId } of attempts) this.held.delete(webhookId);
    if (next.length > 0) this.accept(next, claimedAt);
  }
}

/** Isolation is per application and origin: one application's dead receiver is not another application's affair. */
function keyOf({ applicationId, url }: NewDelivery): string {
  const origin = URL.canParse(url) ? new URL(url).origin : url;
  return `${applicationId} ${origin}`;
}
