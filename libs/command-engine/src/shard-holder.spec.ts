import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Fault } from './fault.js';
import type { ShardLeases } from './ports/shard-leases.port.js';
import { DEFAULT_LEASE_TIMES, OutageObserver, runLoop, ShardHolder, type LoopObserver } from './shard-holder.js';

class OneOwner implements ShardLeases {
  readonly calls: string[] = [];
  away = false;

  async heartbeat(claim: Parameters<ShardLeases['heartbeat']>[0]): Promise<number[]> {
    this.calls.push(`${claim.group} ${claim.owner} ${claim.shardCount} ${claim.ttlMs}`);
    if (this.away) throw new Fault('store-unavailable', 'away', { retryable: true });
    return [1, 2];
  }

  async release(group: string, owner: string): Promise<void> {
    this.calls.push(`release ${group} ${owner}`);
  }
}

class Notes implements LoopObserver {
  readonly lines: string[] = [];
  failed(loop: string): void {
    this.lines.push(`${loop} failed`);
  }
  succeeded(loop: string): void {
    this.lines.push(`${loop} succeeded`);
  }
}

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

describe('ShardHolder', () => {
  const holderOf = (leases: ShardLeases): ShardHolder =>
    new ShardHolder(leases, { group: 'scheduler', owner: 'one', shardCount: 64, ...DEFAULT_LEASE_TIMES });

  it('holds nothing before its first heartbeat, then what the store gave it', async () => {
    const leases = new OneOwner();
    const holder = holderOf(leases);
    expect(holder.shards).toEqual([]);
    expect(await holder.beat()).toBe(5_000);
    expect(holder.shards).toEqual([1, 2]);
    expect(leases.calls).toEqual(['scheduler one 64 15000']);
  });

  it('believes in its lease no longer than the lease lasts, although no heartbeat told it so', async () => {
    const leases = new OneOwner();
    const holder = holderOf(leases);
    await holder.beat();
    leases.away = true;
    jest.advanceTimersByTime(14_999);
    await expect(holder.beat()).rejects.toThrow('away');
    expect(holder.shards).toEqual([1, 2]);
    jest.advanceTimersByTime(1);
    expect(holder.shards).toEqual([]);
  });

  it('hands back what it holds', async () => {
    const leases = new OneOwner();
    const holder = holderOf(leases);
    await holder.beat();
    await holder.release();
    expect(holder.shards).toEqual([]);
    expect(leases.calls.at(-1)).toBe('release scheduler one');
  });
});

describe('runLoop', () => {
  it('waits as long as each round asks for, and ends between two rounds', async () => {
    const stopping = new AbortController();
    const notes = new Notes();
    let rounds = 0;
    const loop = runLoop(async () => (rounds += 1) * 100, { name: 'work', signal: stopping.signal, observer: notes });
    await jest.advanceTimersByTimeAsync(99);
    expect(rounds).toBe(1);
    await jest.advanceTimersByTimeAsync(1);
    expect(rounds).toBe(2);
    stopping.abort();
    await loop;
    expect(rounds).toBe(2);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('goes on after a round that failed, with longer and longer pauses', async () => {
    const stopping = new AbortController();
    const notes = new Notes();
    const at: number[] = [];
    const begin = performance.now();
    const round = async (): Promise<number> => {
      at.push(performance.now() - begin);
      if (at.length <= 6) throw new Error('away');
      return 1_000;
    };
    const loop = runLoop(round, { name: 'work', signal: stopping.signal, observer: notes, retryMs: 100 });
    await jest.advanceTimersByTimeAsync(4_000);
    expect(at.slice(0, 7)).toEqual([0, 100, 300, 700, 1_500, 2_500, 3_500]);
    expect(notes.lines.slice(5, 7)).toEqual(['work failed', 'work succeeded']);
    stopping.abort();
    await loop;
  });

  it('runs no round when it is told to stop before it began', async () => {
    const round = jest.fn(async () => 0);
    await runLoop(round, { name: 'work', signal: AbortSignal.abort(), observer: new Notes() });
    expect(round).not.toHaveBeenCalled();
  });
});

describe('OutageObserver', () => {
  it('tells of one outage when it begins, every 30 s while it lasts, and when it is over', () => {
    const told: string[] = [];
    const observer = new OutageObserver({
      failing: (loops, error, sinceMs) => void told.push(`${loops.join()}: ${(error as Error).message} ${sinceMs}`),
      recovered: (loops, sinceMs) => void told.push(`${loops.join()} well after ${sinceMs}`),
    });
    observer.succeeded('due');
    observer.failed('due', new Error('away'));
    observer.failed('outbox', new Error('away'));
    expect(told).toEqual(['due: away 0']);
    jest.advanceTimersByTime(30_000);
    observer.failed('due', new Error('still away'));
    observer.failed('outbox', new Error('still away'));
    observer.succeeded('due');
    expect(told.slice(1)).toEqual(['due,outbox: still away 30000']);
    jest.advanceTimersByTime(1_000);
    observer.succeeded('outbox');
    observer.succeeded('outbox');
    expect(told.slice(2)).toEqual(['due,outbox well after 31000']);
  });
});
