import { describe, expect, it } from '@jest/globals';
import type { Delivery } from '@downlink/command-engine';
import { DeliveryRunner } from './delivery-runner.js';
import { DeliverySweeper } from './delivery-sweeper.js';
import { RetrySchedule } from './retry-schedule.js';
import { ClaimedDeliveries } from './spec-support/claimed-deliveries.js';
import { deliveryTo } from './spec-support/deliveries.js';
import { NotingObserver } from './spec-support/noting-observer.js';
import { ScriptedSender } from './spec-support/scripted-sender.js';

/** Has `waiting` deliveries that are due, and remembers what it was asked for. */
class DueDeliveries extends ClaimedDeliveries {
  readonly asked: { shards: readonly number[]; limit: number }[] = [];
  waiting = 0;

  override claimDue = async (shards: readonly number[] = [], limit = 0): Promise<Delivery[]> => {
    this.asked.push({ shards, limit });
    const claimed = Math.min(this.waiting, limit);
    this.waiting -= claimed;
    return Array.from({ length: claimed }, () => deliveryTo('http://a/'));
  };
}

const sweeperWith = (capacity: number) => {
  const deliveries = new DueDeliveries();
  const sender = new ScriptedSender();
  const parts = { deliveries, sender, schedule: new RetrySchedule(), observer: new NotingObserver() };
  return { deliveries, sender, sweeper: new DeliverySweeper(deliveries, new DeliveryRunner(parts, { capacity })) };
};

describe('DeliverySweeper', () => {
  it('comes back soon after it found work, later when there was none', async () => {
    const { deliveries, sender, sweeper } = sweeperWith(1_000);
    deliveries.waiting = 10;
    expect(await sweeper.round([1, 2])).toEqual({ claimed: 10, pauseMs: 250 });
    expect(await sweeper.round([1, 2])).toEqual({ claimed: 0, pauseMs: 1_000 });
    expect(sender.started).toHaveLength(10);
    expect(deliveries.asked[0]).toEqual({ shards: [1, 2], limit: 500 });
  });

  it('goes on at once after a full page, unless the runner could not take all of it', async () => {
    const { deliveries, sweeper } = sweeperWith(20_000);
    deliveries.waiting = 20_000;
    for (let page = 0; page < 10; page++) expect((await sweeper.round([1])).pauseMs).toBe(0);
    // 64 of the one origin are under way and 5,000 may wait.
    expect(await sweeper.round([1])).toEqual({ claimed: 500, pauseMs: 250 });
  });

  it('claims no more than the runner has room for', async () => {
    const { deliveries, sweeper } = sweeperWith(30);
    deliveries.waiting = 100;
    expect((await sweeper.round([1])).claimed).toBe(30);
    expect(await sweeper.round([1])).toEqual({ claimed: 0, pauseMs: 1_000 });
    expect(deliveries.asked).toHaveLength(1);
  });

  it('asks nothing while it holds no shard', async () => {
    const { deliveries, sweeper } = sweeperWith(30);
    await sweeper.round([]);
    expect(deliveries.asked).toEqual([]);
  });
});
