import { describe, expect, it } from '@jest/globals';
import type { AcceptedStatus } from '@downlink/command-domain';
import { sendStatus, statusesShownAs } from './status-map.js';

describe('the send status', () => {
  it.each<[AcceptedStatus, number]>([
    ['queued', 0],
    ['sending', 0],
    ['sent', 1],
    ['delivered', 1],
    ['succeeded', 1],
    ['failed', -1],
    ['timed-out', -1],
    ['expired', -1],
    ['canceled', -1],
    ['superseded', -1],
  ])('of a command that is %s is %d, and finds it again', (status, shown) => {
    expect(sendStatus(status)).toBe(shown);
    expect(statusesShownAs(sendStatus(status))).toContain(status);
  });

  it('names each status once', () => {
    const all = ([-1, 0, 1] as const).flatMap(statusesShownAs);
    expect(all).toHaveLength(10);
    expect(new Set(all).size).toBe(10);
  });
});
