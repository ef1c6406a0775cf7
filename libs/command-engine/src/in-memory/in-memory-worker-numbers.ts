import { MAX_WORKER } from '@downlink/command-domain';
import { Fault } from '../fault.js';
import type { WorkerLease, WorkerNumbers } from '../ports/worker-numbers.port.js';

interface Holding {
  owner: string | undefined;
  validUntil: number;
  reusableAt: number;
}

/** Worker numbers of one process's memory, for tests. `now` plays the database's clock. */
export class InMemoryWorkerNumbers implements WorkerNumbers {
  private readonly holdings = new Map<number, Holding>();

  constructor(private readonly now: () => number = Date.now) {}

  lease(owner: string, ttlMs: number, current?: number): Promise<WorkerLease> {
    const now = this.now();
    const worker = current ?? this.free(now);
    if (worker === undefined) return refuse('worker-numbers-exhausted', 'all worker numbers are held');
    if (current !== undefined && this.holdings.get(current)?.owner !== owner) {
      return refuse('worker-number-lost', `worker number ${String(current)} is not ${owner}'s any more`);
    }
    this.holdings.set(worker, { owner, validUntil: now + ttlMs, reusableAt: now + 2 * ttlMs });
    return Promise.resolve({ worker, now, validUntil: now + ttlMs });
  }

  release(owner: string, worker: number): Promise<void> {
    const holding = this.holdings.get(worker);
    if (holding?.owner === owner) {
      this.holdings.set(worker, { ...holding, owner: undefined, reusableAt: holding.validUntil });
    }
    return Promise.resolve();
  }

  private free(now: number): number | undefined {
    for (let worker = 0; worker <= MAX_WORKER; worker++) {
      if ((this.holdings.get(worker)?.reusableAt ?? 0) <= now) return worker;
    }
    return undefined;
  }
}

function refuse(code: string, message: string): Promise<never> {
  return Promise.reject(new Fault(code, message, { retryable: true }));
}
