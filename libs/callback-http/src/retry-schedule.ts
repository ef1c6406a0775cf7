const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

export interface RetryTimes {
  /** Wait before attempt 1, 2, 3 … in ms; as many as there are attempts. */
  readonly delaysMs: readonly number[];
  /** 0..1: each wait is varied by ± this part of it, so that the failures of one outage do not come back together. */
  readonly jitter: number;
}

/** Now, 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 10 h: 27.6 h in all (Svix, Retry schedule), inside the 48 h of a command's default life. */
export const DEFAULT_RETRY_TIMES: RetryTimes = {
  delaysMs: [0, 5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 10 * HOUR],
  jitter: 0.2,
};

/** When a failed delivery is tried again. Pure: chance is passed in. */
export class RetrySchedule {
  constructor(private readonly times: RetryTimes = DEFAULT_RETRY_TIMES) {}

  /**
   * @param attempts attempts made so far, the failed one included
   * @param retryAfterMs what the receiver asked for; respected between once and twice the scheduled wait, because less would
   *   let it disturb our schedule and more would let it hold a delivery for ever. Null when it said nothing.
   * @param chance 0..1
   * @returns ms until the next attempt; null when there is none any more.
   */
  nextDelayMs(attempts: number, retryAfterMs: number | null, chance: number): number | null {
    const scheduled = this.times.delaysMs[attempts];
    if (scheduled === undefined) return null;
    if (retryAfterMs !== null) return Math.min(Math.max(retryAfterMs, scheduled), 2 * scheduled);
    return Math.round(scheduled * (1 - this.times.jitter + 2 * this.times.jitter * chance));
  }
}
