import { describe, expect, it } from '@jest/globals';
import type { Message } from 'kafkajs';
import { SendQueue } from './send-queue.js';
import { unacknowledged } from './unacknowledged.js';

const messages = ['a', 'b', 'c'].map((key): Message => ({ key, value: 'x' }));

describe('what a send left out', () => {
  const queue = new SendQueue(10);
  void queue.add(messages);
  const batch = queue.next();
  const partitionOf = new Map(messages.map((message, partition) => [message, partition]));

  it('is nothing when all partitions were acknowledged', () => {
    expect(unacknowledged(batch, [{ partition: 0 }, { partition: 1 }, { partition: 2 }], partitionOf)).toEqual([]);
  });

  it('is every record of a partition that no broker acknowledged, although the send succeeded', () => {
    const left = unacknowledged(batch, [{ partition: 0 }, { partition: 2 }], partitionOf);
    expect(left.map(({ message }) => message.key)).toEqual(['b']);
  });
});

describe('the queue of records to be sent', () => {
  it('takes no more than its capacity, so that memory is bounded', async () => {
    const queue = new SendQueue(2);
    void queue.add(messages.slice(0, 2));
    await expect(queue.add([messages[2]!])).rejects.toMatchObject({ code: 'bus-overloaded', retryable: true });
    queue.sent(queue.next());
    void queue.add([messages[2]!]);
    expect(queue.next()).toHaveLength(1);
  });

  it('sends at most 500 records or half a megabyte together, but a large record alone', () => {
    const queue = new SendQueue(10_000);
    void queue.add(Array.from({ length: 600 }, () => ({ value: 'x' })));
    expect(queue.next()).toHaveLength(500);
    expect(queue.next()).toHaveLength(100);
    void queue.add(Array.from({ length: 3 }, () => ({ value: 'x'.repeat(600_000) })));
    expect(queue.next()).toHaveLength(1);
  });

  it('resolves a call when the last of its records is sent', async () => {
    const queue = new SendQueue(10_000);
    let done = false;
    const call = queue.add(Array.from({ length: 501 }, () => ({ value: 'x' }))).then(() => (done = true));
    queue.sent(queue.next());
    await Promise.resolve();
    expect(done).toBe(false);
    queue.sent(queue.next());
    await call;
    expect(done).toBe(true);
  });
});
