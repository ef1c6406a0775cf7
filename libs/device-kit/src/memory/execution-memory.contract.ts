import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { ExecutionMemory } from './execution-memory.js';

const succeeded = { outcome: 'succeeded', result: { position: 7 } } as const;

/** What every memory promises. `open` gives an empty one that holds three commands. */
export function executionMemoryContract(open: () => ExecutionMemory): void {
  let memory: ExecutionMemory;
  beforeEach(async () => {
    memory = open();
    await memory.open();
  });
  afterEach(() => memory.close());

  it('knows what has begun, what was answered and what was told', async () => {
    expect(memory.find('a')).toBeUndefined();
    await memory.begin('a');
    expect(memory.find('a')).toEqual({ id: 'a', told: false });
    await memory.finish('a', succeeded);
    expect(memory.find('a')).toEqual({ id: 'a', answer: succeeded, told: false });
    await memory.markTold('a');
    expect(memory.find('a')).toEqual({ id: 'a', answer: succeeded, told: true });
  });

  it('lists what was not told, oldest first', async () => {
    for (const id of ['b', 'a', 'c']) await memory.begin(id);
    await memory.finish('a', succeeded);
    await memory.finish('c', succeeded);
    await memory.markTold('c');
    expect(memory.untold()).toEqual([
      { id: 'b', told: false },
      { id: 'a', answer: succeeded, told: false },
    ]);
  });

  it('forgets the oldest beyond its window', async () => {
    for (const id of ['a', 'b', 'c', 'd']) await memory.begin(id);
    expect(['a', 'b', 'c', 'd'].filter((id) => memory.find(id))).toEqual(['b', 'c', 'd']);
  });

  it('takes what is told of a command that it has forgotten for nothing', async () => {
    await memory.markTold('a');
    expect(memory.find('a')).toBeUndefined();
  });

  it('numbers sessions by the clock, and upwards when the clock goes back', async () => {
    expect(await memory.nextEpoch(1_000)).toBe(1_000);
    expect(await memory.nextEpoch(500)).toBe(1_001);
    expect(await memory.nextEpoch(2_000)).toBe(2_000);
  });
}
