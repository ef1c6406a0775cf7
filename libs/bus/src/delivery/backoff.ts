import { setTimeout as wait } from 'node:timers/promises';

export interface BackoffTimes {
  readonly firstMs: number;
  readonly maxMs: number;
}

/** Waits that double, up to `maxMs`, and end at once when the signal is aborted. */
export class Backoff {
  private nextMs: number;

  constructor(
    private readonly times: BackoffTimes,
    private readonly signal: AbortSignal,
  ) {
    this.nextMs = times.firstMs;
  }

  reset(): void {
    this.nextMs = this.times.firstMs;
  }

  async wait(): Promise<void> {
    const ms = this.nextMs;
    this.nextMs = Math.min(ms * 2, this.times.maxMs);
    await pause(ms, this.signal);
  }
}

/** Resolves after `ms`, or at once when the signal is aborted. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await wait(ms, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
