import { describe, expect, it, jest } from '@jest/globals';
import { bearerToken } from './bearer-token.js';
import { CredentialCache } from './credential-cache.js';

interface Owner {
  readonly name: string;
}

const owners: Record<string, Owner> = { good: { name: 'a' }, better: { name: 'b' } };

function cacheOf(options?: { maxEntries?: number; ttlMs?: number }) {
  const load = jest.fn(async (credential: string) => owners[credential]);
  return { load, cache: new CredentialCache<Owner>(load, options) };
}

describe('credential cache', () => {
  it('asks once for what it remembers', async () => {
    const { load, cache } = cacheOf();
    expect(await cache.find('good')).toEqual({ name: 'a' });
    expect(cache.find('good')).toEqual({ name: 'a' });
    expect(load).toHaveBeenCalledTimes(1);
  });

  it('remembers wrong credentials too, and they push no good ones out', async () => {
    const { load, cache } = cacheOf({ maxEntries: 10 });
    await cache.find('good');
    expect(await cache.find('wrong')).toBeUndefined();
    expect(await cache.find('wrong')).toBeUndefined();
    expect(load).toHaveBeenCalledTimes(2);
    for (let i = 0; i < 100; i++) await cache.find(`wrong-${String(i)}`);
    expect(cache.find('good')).toEqual({ name: 'a' });
  });

  it('lets look-ups of the same credential share one query', async () => {
    const { load, cache } = cacheOf();
    const found = await Promise.all(Array.from({ length: 50 }, () => cache.find('good')));
    expect(new Set(found.map((owner) => owner?.name))).toEqual(new Set(['a']));
    expect(load).toHaveBeenCalledTimes(1);
  });

  it('passes a failure on to all who wait and does not remember it', async () => {
    const { load, cache } = cacheOf();
    load.mockRejectedValueOnce(new Error('away'));
    const both = await Promise.allSettled([cache.find('good'), cache.find('good')]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await cache.find('good')).toEqual({ name: 'a' });
  });

  it('forgets the credentials of one owner only', async () => {
    const { load, cache } = cacheOf();
    await Promise.all([cache.find('good'), cache.find('better')]);
    cache.forget(({ name }) => name === 'a');
    await Promise.all([cache.find('good'), cache.find('better')]);
    expect(load.mock.calls.map(([credential]) => credential)).toEqual(['good', 'better', 'good']);
  });

  it('keeps to its size', async () => {
    const { load, cache } = cacheOf({ maxEntries: 1 });
    await cache.find('good');
    await cache.find('better');
    await cache.find('good');
    expect(load).toHaveBeenCalledTimes(3);
  });
});

describe('bearer token', () => {
  it.each([
    ['Bearer abc', 'abc'],
    ['bearer abc', 'abc'],
    ['BEARER  abc ', 'abc'],
    [undefined, undefined],
    ['', undefined],
    ['Bearer', undefined],
    ['Bearer ', undefined],
    ['Basic abc', undefined],
    ['abc', undefined],
    [`Bearer ${'x'.repeat(1025)}`, undefined],
  ])('of %j is %j', (header, token) => expect(bearerToken(header)).toBe(token));
});
