import type { ShardLeases } from './ports/shard-leases.port.js';

export interface ShardHolderOptions {
  /** What the shards are of, for example `scheduler` or `notifier`. */
  readonly group: string;
  /** This process, unique over the installation. */
  readonly owner: string;
  readonly shardCount: number;
  /** How long a lease lasts without a heartbeat, in ms. */
  readonly ttlMs: number;
  /** Between heartbeats, in ms: a third of the lease, so that two may be missed. */
  readonly everyMs: number;
}

/** 15 s and 5 s: what a killed process held is taken up by others within 15 s. */
export const DEFAULT_LEASE_TIMES = { ttlMs: 15_000, everyMs: 5_000 } as const;

/** What loops tell an operator. */
export interface LoopObserver {
  /** A round threw; it is tried again after a pause. */
  failed(loop: string, error: unknown): void;
  /** A round ended well. */
  succeeded(loop: string): void;
}

/** Holds this process's share of the shards by heartbeats, and knows when it may not count on it any longer. */
export class ShardHolder {
  private held: readonly number[] = [];
  private validUntil = 0;

  constructor(
    private readonly leases: ShardLeases,
    private readonly options: ShardHolderOptions,
  ) {}

  /** The shards held now; none once the lease has lapsed because no heartbeat got through. */
  get shards(): readonly number[] {
    return performance.now() < this.validUntil ? this.held : [];
  }

  /** One heartbeat; returns how long to wait for the next, in ms. @throws Fault (retryable) when the store is away. */
  async beat(): Promise<number> {
    const { everyMs, ...claim } = this.options;
    const asked = performance.now();
    this.held = await this.leases.heartbeat(claim);
    this.validUntil = asked + claim.ttlMs;
    return everyMs;
  }

  /** Hands everything back at once: the orderly end. @throws Fault when the store is away; the lease then lapses by itself. */
  async release(): Promise<void> {
    this.held = [];
    await this.leases.release(this.options.group, this.options.owner);
  }
}

export interface LoopOptions {
  readonly name: string;
  /** Ends the loop: it returns when the round under way is over. */
  readonly signal: AbortSignal;
  readonly observer: LoopObserver;
  /** Pause after a round that failed, in ms; doubles up to ten times as long. */
  readonly retryMs?: number;
}

/**
 * Runs rounds until the signal aborts, each starting after the pause that the one before asked for. A round that throws is
 * reported and tried again: a store that went away is waited for, and an error of ours does not end the work.
 * @param round returns the pause before the next round, in ms
 */
export async function runLoop(round: () => Promise<number>, options: LoopOptions): Promise<void> {
  const { name, signal, observer, retryMs = 500 } = options;
  let failures = 0;
  while (!signal.aborted) {
    let pauseMs: number;
    try {
      pauseMs = await round();
      failures = 0;
      observer.succeeded(name);
    } catch (error) {
      pauseMs = Math.min(retryMs * 2 ** failures, 10 * retryMs);
      failures += 1;
      if (!signal.aborted) observer.failed(name, error);
    }
    await pause(pauseMs, signal);
  }
}

/** How an operator is told. */
export interface OutageTeller {
  /** These loops fail; told once when it begins and then every `remindMs` for as long as it lasts. */
  failing(loops: readonly string[], error: unknown, sinceMs: number): void;
  /** All of them go well again. */
  recovered(loops: readonly string[], sinceMs: number): void;
}

/** Puts the failures of all loops of a process into few words: a store that is away for an hour is one outage, not 10,000 errors. */
export class OutageObserver implements LoopObserver {
  private readonly failingLoops = new Set<string>();
  private concerned = new Set<string>();
  private since = 0;
  private toldAt = 0;

  constructor(
    private readonly tell: OutageTeller,
    private readonly remindMs = 30_000,
  ) {}

  failed(loop: string, error: unknown): void {
    const now = performance.now();
    const begins = this.failingLoops.size === 0;
    if (begins) this.since = now;
    this.failingLoops.add(loop);
    this.concerned.add(loop);
    if (!begins && now - this.toldAt < this.remindMs) return;
    this.toldAt = now;
    this.tell.failing([...this.failingLoops], error, now - this.since);
  }

  succeeded(loop: string): void {
    if (!this.failingLoops.delete(loop) || this.failingLoops.size > 0) return;
    this.tell.recovered([...this.concerned], performance.now() - this.since);
    this.concerned = new Set();
  }
}

/** Waits until the time has passed or the signal aborts. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const wake = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', wake);
      resolve();
    };
    const timer = setTimeout(wake, ms);
    signal.addEventListener('abort', wake);
  });
}
