import { describe, expect, it, jest } from '@jest/globals';
import { Directory } from './directory.js';

interface Entry {
  readonly id: string;
}

function directoryOf(known: readonly string[]) {
  const load = jest.fn(
    async (ids: readonly string[]) =>
      new Map<string, Entry>(ids.filter((id) => known.includes(id)).map((id) => [id, { id }])),
  );
  return { load, directory: new Directory<Entry>(load) };
}

describe('directory', () => {
  it('answers the look-ups of one turn with one query, each id once', async () => {
    const { load, directory } = directoryOf(['a', 'b']);
    const found = await Promise.all(['a', 'b', 'c', 'a'].map((id) => directory.find(id)));
    expect(found).toEqual([{ id: 'a' }, { id: 'b' }, undefined, { id: 'a' }]);
    expect(load.mock.calls).toEqual([[['a', 'b', 'c']]]);
  });

  it('asks again for what is unknown, and not for what it remembers', async () => {
    const { load, directory } = directoryOf(['a']);
    await Promise.all([directory.find('a'), directory.find('c')]);
    expect(directory.find('a')).toEqual({ id: 'a' });
    expect(await directory.find('c')).toBeUndefined();
    expect(load.mock.calls).toEqual([[['a', 'c']], [['c']]]);
  });

  it('forgets what was changed', async () => {
    const { load, directory } = directoryOf(['a', 'b']);
    await Promise.all([directory.find('a'), directory.find('b')]);
    directory.forget(['a']);
    await directory.find('a');
    directory.clear();
    await directory.find('b');
    expect(load.mock.calls).toEqual([[['a', 'b']], [['a']], [['b']]]);
  });

  it('passes a failure on to all who wait and works again afterwards', async () => {
    const { load, directory } = directoryOf(['a']);
    load.mockRejectedValueOnce(new Error('away'));
    const both = await Promise.allSettled([directory.find('a'), directory.find('b')]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await directory.find('a')).toEqual({ id: 'a' });
  });
});
