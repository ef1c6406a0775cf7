import type { Expiring } from './gateway-room.js';

const sweepEveryMs = 250;

/** Deadlines of connections that are coming or going, looked at together: no timer for each. Late by a quarter of a second at most. */
export class Deadlines {
  readonly #at = new Map<Expiring, number>();
  readonly #timer: NodeJS.Timeout;

  /** @param alsoEachTime called at each look */
  constructor(alsoEachTime: () => void) {
    this.#timer = setInterval(() => {
      this.#sweep();
      alsoEachTime();
    }, sweepEveryMs);
    this.#timer.unref();
  }

  watch(expiring: Expiring, ms: number): void {
    this.#at.set(expiring, performance.now() + ms);
  }

  unwatch(expiring: Expiring): void {
    this.#at.delete(expiring);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#at.clear();
  }

  #sweep(): void {
    const now = performance.now();
    for (const [expiring, at] of this.#at) {
      if (at > now) continue;
      this.#at.delete(expiring);
      expiring.expired();
    }
  }
}
