import { describe, expect, it } from '@jest/globals';
import { readRetryAfter } from './retry-after.js';
import { DEFAULT_RETRY_TIMES, RetrySchedule } from './retry-schedule.js';

const schedule = new RetrySchedule();
const NO_JITTER = 0.5;

describe('RetrySchedule', () => {
  it('tries eight times: now, after 5 s, 5 min, 30 min, 2 h, 5 h, 10 h and 10 h, and then no more', () => {
    const delays = [1, 2, 3, 4, 5, 6, 7, 8].map((attempts) => schedule.nextDelayMs(attempts, null, NO_JITTER));
    expect(delays).toEqual([5_000, 300_000, 1_800_000, 7_200_000, 18_000_000, 36_000_000, 36_000_000, null]);
    expect(DEFAULT_RETRY_TIMES.delaysMs[0]).toBe(0);
  });

  it('varies each wait by 20 % up or down', () => {
    expect(schedule.nextDelayMs(1, null, 0)).toBe(4_000);
    expect(schedule.nextDelayMs(1, null, 1)).toBe(6_000);
  });

  it('respects Retry-After between once and twice the scheduled wait', () => {
    expect(schedule.nextDelayMs(1, 1_000, 0)).toBe(5_000);
    expect(schedule.nextDelayMs(1, 7_000, 0)).toBe(7_000);
    expect(schedule.nextDelayMs(1, 86_400_000, 0)).toBe(10_000);
  });

  it('never prolongs the schedule because of Retry-After', () => {
    expect(schedule.nextDelayMs(8, 1_000, 0)).toBeNull();
  });

  it('takes other times', () => {
    const short = new RetrySchedule({ delaysMs: [0, 10, 20], jitter: 0 });
    expect([1, 2, 3].map((attempts) => short.nextDelayMs(attempts, null, 0.9))).toEqual([10, 20, null]);
  });
});

describe('readRetryAfter', () => {
  const now = Date.parse('Sat, 21 Nov 2026 12:00:00 GMT');

  it.each([
    ['120', 120_000],
    [' 0 ', 0],
    ['Sat, 21 Nov 2026 12:00:30 GMT', 30_000],
    ['Sat, 21 Nov 2026 11:00:00 GMT', 0],
  ])('reads %p', (header, ms) => {
    expect(readRetryAfter(header, now)).toBe(ms);
  });

  it.each([undefined, '', 'soon', '-5', '1.5', '99999999999', '2026-11-21', 'Sat, 99 Foo 2026'])(
    'takes %p for nothing said',
    (header) => {
      expect(readRetryAfter(header, now)).toBeNull();
    },
  );
});
