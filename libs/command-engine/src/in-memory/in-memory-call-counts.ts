import type { CallCounts, Calls } from '../ports/call-counts.port.js';

/** Minutes that may still be added to. */
const KEPT_MINUTES = 2;

/** Call counts of one process's memory, for tests. `now` plays the database's clock. */
export class InMemoryCallCounts implements CallCounts {
  private readonly minutes = new Map<number, Map<string, number>>();

  constructor(private readonly now: () => number = Date.now) {}

  exchange(minute: number, counted: Calls): Promise<{ now: number; totals: Calls }> {
    const now = this.now();
    for (const old of this.minutes.keys()) {
      if (old < Math.floor(now / 60_000) - KEPT_MINUTES) this.minutes.delete(old);
    }
    const kept = this.minutes.get(minute) ?? new Map<string, number>();
    this.minutes.set(minute, kept);
    const totals = new Map<string, number>();
    for (const [application, calls] of counted) {
      const total = (kept.get(application) ?? 0) + calls;
      if (total === 0) continue;
      kept.set(application, total);
      totals.set(application, total);
    }
    return Promise.resolve({ now, totals });
  }
}
