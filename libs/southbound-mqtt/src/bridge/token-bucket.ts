export interface TokenBucketOptions {
  /** Tokens that a full bucket holds. */
  readonly burst: number;
  readonly perSecond: number;
}

/** Tokens that come back at a steady rate, up to a bound. */
export class TokenBucket {
  #tokens: number;
  #filledAt: number;

  /** @param now ms of a clock that never goes back */
  constructor(
    private readonly options: TokenBucketOptions,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.#tokens = options.burst;
    this.#filledAt = now();
  }

  /** As many of the wanted tokens as there are. */
  take(wanted: number): number {
    this.#fill();
    const taken = Math.min(wanted, Math.floor(this.#tokens));
    this.#tokens -= taken;
    return taken;
  }

  /** Tokens that were not needed after all. */
  giveBack(count: number): void {
    this.#tokens = Math.min(this.options.burst, this.#tokens + count);
  }

  #fill(): void {
    const at = this.now();
    this.giveBack(((at - this.#filledAt) / 1_000) * this.options.perSecond);
    this.#filledAt = at;
  }
}
