import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import { quietRequestQueues } from './quiet-request-queue.js';

interface Queue {
  pending: unknown[];
  throttledUntil: number;
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  scheduleCheckPendingRequests(): void;
}

describe('the queue of requests of kafkajs', () => {
  const { prototype } = createRequire(import.meta.url)('kafkajs/src/network/requestQueue/index.js') as {
    prototype: Queue;
  };
  const timerOf = (over: Partial<Queue>): boolean => {
    const queue = Object.assign(Object.create(prototype) as Queue, {
      pending: [],
      throttledUntil: -1,
      throttleCheckTimeoutId: null,
      ...over,
    });
    queue.scheduleCheckPendingRequests();
    const { throttleCheckTimeoutId: timer } = queue;
    if (timer !== null) clearTimeout(timer);
    return timer !== null;
  };

  it('sets timers for nothing, which is why it is changed: this fails when a new version does not', () => {
    expect(timerOf({})).toBe(true);
  });

  it('sets none any more while nothing is pending, and still one for what is', () => {
    quietRequestQueues();
    quietRequestQueues();
    expect(timerOf({})).toBe(false);
    expect(timerOf({ pending: ['request'] })).toBe(true);
  });
});
