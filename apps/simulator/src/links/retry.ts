/** How long a device that lost its connection waits before it comes back, in ms: doubling from `firstMs` to `mostMs`. */
export interface Retry {
  readonly firstMs: number;
  readonly mostMs: number;
}

export const defaultRetry: Retry = { firstMs: 500, mostMs: 30_000 };

/**
 * The wait after failure number `failures` (1 for the first), spread over its upper half so that a fleet does not come back as one.
 * @param random in [0, 1)
 */
export function retryDelay({ firstMs, mostMs }: Retry, failures: number, random: number): number {
  const whole = Math.min(mostMs, firstMs * 2 ** Math.min(failures - 1, 20));
  return (whole / 2) * (1 + random);
}
