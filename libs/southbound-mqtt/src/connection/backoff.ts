/** Bounds of a wait that doubles with every failure. Milliseconds. */
export interface Backoff {
  first: number;
  most: number;
}

/** A broker that restarts is back within a second or two; one that is gone is asked for every 2.5 to 5 s. */
export const reconnectBackoff: Backoff = { first: 100, most: 5_000 };

/**
 * Milliseconds to wait after failure number `failures` (1 for the first): doubling, capped, and jittered over its upper
 * half so that many processes that lost the same broker do not come back in step.
 * @param random a number in [0, 1)
 */
export function backoffDelay(backoff: Backoff, failures: number, random: number): number {
  const doubled = backoff.first * 2 ** Math.min(Math.max(failures, 1) - 1, 30);
  const whole = Math.min(doubled, backoff.most);
  return Math.round(whole / 2 + (whole / 2) * random);
}
