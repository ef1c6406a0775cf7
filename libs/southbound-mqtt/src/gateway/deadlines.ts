import type { Expiring } from './gateway-room.js';

const sweepEveryMs = 250;

/** Deadlines of connections that are coming or going, looked at together: no timer for each. Late by a quarter of a second at most. */
export class Deadlines {
  readonly #at = new Map<Expiring, number>();
  readonly #emptied: (() => void)[] = [];
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
    this.#checkEmptied();
  }

  /** Resolves when nothing is watched any more. */
  emptied(): Promise<void> {
    return new Promise((resolve) => {
      this.#emptied.push(resolve);
      this.#checkEmptied();
    });
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #checkEmptied(): void {
    if (this.#at.size === 0) for (const resolve of this.#emptied.splice(0)) resolve();
  }

  #sweep(): void {
    const now = performance.now();
    for (const [expiring, at] of this.#at) {
      if (at > now) continue;
      this.#at.delete(expiring);
      expiring.expired();
    }
    this.#checkEmptied();
  }
}
