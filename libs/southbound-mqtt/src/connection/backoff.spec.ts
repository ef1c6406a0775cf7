import { describe, expect, it } from '@jest/globals';
import { backoffDelay, reconnectBackoff } from './backoff.js';

describe('the wait before connecting again', () => {
  it('doubles with each failure, jittered over its upper half', () => {
    expect([1, 2, 3].map((failures) => backoffDelay(reconnectBackoff, failures, 0))).toEqual([50, 100, 200]);
    expect([1, 2, 3].map((failures) => backoffDelay(reconnectBackoff, failures, 0.999_999))).toEqual([100, 200, 400]);
  });

  it('never grows beyond 5 s, however long the outage', () => {
    expect(backoffDelay(reconnectBackoff, 1_000_000, 0.999_999)).toBe(5_000);
  });
});
