import type { WebhookDeliveries } from '@downlink/command-engine';
import type { DeliveryRunner } from './delivery-runner.js';

export interface DeliverySweeperOptions {
  /** Deliveries in one claim at most. */
  readonly limit: number;
  /** Pause after a round that found work, in ms. */
  readonly busyMs: number;
  /** Pause after a round that found none, in ms. */
  readonly idleMs: number;
}

export const DEFAULT_SWEEPER_OPTIONS: DeliverySweeperOptions = { limit: 500, busyMs: 250, idleMs: 1_000 };

/** Finds what is due by the store's clock: retries, and what a killed process had claimed. */
export class DeliverySweeper {
  private readonly options: DeliverySweeperOptions;

  constructor(
    private readonly deliveries: WebhookDeliveries,
    private readonly runner: DeliveryRunner,
    options: Partial<DeliverySweeperOptions> = {},
  ) {
    this.options = { ...DEFAULT_SWEEPER_OPTIONS, ...options };
  }

  /**
   * One round over these shards: claims no more than the runner has room for and gives it to the runner. A full page that
   * the runner took whole is followed by the next at once; one that it did not is the backlog of a receiver that is too slow.
   * @returns how many it claimed, and how long to pause before the next round, in ms
   * @throws Fault (retryable) when the store is away.
   */
  async round(shards: readonly number[]): Promise<{ claimed: number; pauseMs: number }> {
    const { limit, busyMs, idleMs } = this.options;
    const room = Math.min(limit, this.runner.room);
    if (shards.length === 0 || room === 0) return { claimed: 0, pauseMs: idleMs };
    const claimedAt = performance.now();
    const due = await this.deliveries.claimDue(shards, room, this.runner.claimMs);
    const refused = this.runner.accept(due, claimedAt);
    if (due.length === limit && refused === 0) return { claimed: due.length, pauseMs: 0 };
    return { claimed: due.length, pauseMs: due.length > 0 ? busyMs : idleMs };
  }
}
