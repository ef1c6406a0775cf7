/** Bounds of the wait before the device connects again, in ms: doubling with every failure. */
export interface Backoff {
  readonly firstMs: number;
  readonly mostMs: number;
}

/** Half a second at first, so that a broker's restart is over with; a minute at most, so that a thousand devices do not hammer at a broker that is gone. */
export const defaultBackoff: Backoff = { firstMs: 500, mostMs: 60_000 };

/**
 * The wait after failure number `failures` (1 for the first), jittered over its upper half: devices that lost their broker together do not
 * come back together.
 * @param random in [0, 1)
 */
export function backoffMs({ firstMs, mostMs }: Backoff, failures: number, random: number): number {
  const whole = Math.min(mostMs, firstMs * 2 ** Math.min(failures - 1, 20));
  return (whole / 2) * (1 + random);
}
