/** ms since 1970, 13 digits until the year 2286; more digits are no clock's. */
const DIGITS = /^\d{1,15}$/;

/** Whether the caller's timestamp (ms since 1970, as it wrote it) lies within `skewMs` of our clock. */
export function isOnTime(timestamp: string, now: number, skewMs: number): boolean {
  return DIGITS.test(timestamp) && Math.abs(Number(timestamp) - now) <= skewMs;
}
