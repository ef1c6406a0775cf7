import { describe, expect, it } from '@jest/globals';
import { FairQueue } from './fair-queue.js';

function queueOf(...items: [key: string, item: number][]): FairQueue<number> {
  const queue = new FairQueue<number>({ underWay: 2, waiting: 3 });
  for (const [key, item] of items) queue.add(key, item);
  return queue;
}

function takeAll(queue: FairQueue<number>): string[] {
  const taken: string[] = [];
  for (let next = queue.take(); next !== undefined; next = queue.take()) taken.push(`${next.key}${next.item}`);
  return taken;
}

describe('FairQueue', () => {
  it('serves every key with work once before any is served twice', () => {
    const queue = queueOf(['a', 1], ['a', 2], ['b', 3], ['c', 4], ['b', 5]);
    expect(takeAll(queue)).toEqual(['a1', 'b3', 'c4', 'a2', 'b5']);
  });

  it('holds a key back that has as many under way as it may, and nobody else', () => {
    const queue = queueOf(['a', 1], ['a', 2], ['a', 3]);
    expect(takeAll(queue)).toEqual(['a1', 'a2']);
    queue.add('b', 4);
    expect(takeAll(queue)).toEqual(['b4']);
    queue.done('a');
    expect(takeAll(queue)).toEqual(['a3']);
  });

  it('refuses more than may wait for one key', () => {
    const queue = queueOf(['a', 1], ['a', 2], ['a', 3]);
    expect(queue.add('a', 4)).toBe(false);
    expect(queue.add('b', 5)).toBe(true);
  });

  it('keeps nothing of a key whose work is done', () => {
    const queue = queueOf(['a', 1]);
    takeAll(queue);
    queue.done('a');
    expect(queue.add('a', 2)).toBe(true);
    expect(takeAll(queue)).toEqual(['a2']);
  });

  it('gives out what waits when it is cleared, and goes on with what is under way', () => {
    const queue = queueOf(['a', 1], ['a', 2], ['b', 3]);
    queue.take();
    expect(queue.clear().sort()).toEqual([2, 3]);
    expect(queue.take()).toBeUndefined();
    queue.done('a');
    queue.add('a', 4);
    expect(takeAll(queue)).toEqual(['a4']);
  });
});
