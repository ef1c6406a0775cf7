import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Subscriptions } from '@downlink/command-engine';
import { openStore } from '../spec-support/open-store.js';

describe('subscriptions in Postgres', () => {
  let close: () => Promise<void>;
  let subscriptions: Subscriptions;
  beforeEach(async () => {
    const opened = await openStore({ poolSize: 4 });
    close = opened.close;
    subscriptions = opened.store.subscriptions;
  });
  afterEach(() => close());

  const URL = 'http://receiver.example/';
  const subscribe = (topic: string, applicationId = 'app', url = URL) =>
    subscriptions.create({ applicationId, topic, url });
  const topics = async (query: object = {}) => {
    const found = await subscriptions.search({ applicationId: 'app', offset: 0, limit: 10, ...query });
    return { total: found.total, topics: found.subscriptions.map(({ topic }) => topic) };
  };

  it('are found as they were made', async () => {
    const made = (await subscribe('a'))!;
    expect(made).toEqual({ id: made.id, applicationId: 'app', topic: 'a', url: URL, createdAt: expect.any(Number) });
    expect(await subscriptions.find(made.id, 'app')).toEqual(made);
  });

  it('are one for an application and topic, also when ten are made at once', async () => {
    const made = await Promise.all(Array.from({ length: 10 }, (_, at) => subscribe('a', 'app', `${URL}${at}`)));
    expect(made.filter((one) => one !== undefined)).toHaveLength(1);
    expect(await subscribe('a', 'another')).toBeDefined();
  });

  it('are listed newest first, a page at a time, by topic too', async () => {
    for (const topic of ['a', 'b', 'c']) await subscribe(topic);
    await subscribe('a', 'another');
    expect(await topics()).toEqual({ total: 3, topics: ['c', 'b', 'a'] });
    expect(await topics({ offset: 1, limit: 1 })).toEqual({ total: 3, topics: ['b'] });
    expect(await topics({ offset: 9 })).toEqual({ total: 3, topics: [] });
    expect(await topics({ topic: 'a' })).toEqual({ total: 1, topics: ['a'] });
  });

  it('are removed one by one, or all that fit', async () => {
    const [first] = [await subscribe('a'), await subscribe('b', 'app', 'http://other.example/'), await subscribe('c')];
    expect(await subscriptions.remove(first!.id, 'app')).toBe(true);
    expect(await subscriptions.remove(first!.id, 'app')).toBe(false);
    expect(await subscriptions.removeAll({ applicationId: 'app', url: 'http://other.example/', topic: 'c' })).toBe(0);
    expect(await subscriptions.removeAll({ applicationId: 'app', url: 'http://other.example/' })).toBe(1);
    expect(await subscriptions.removeAll({ applicationId: 'app', topic: 'c' })).toBe(1);
    await subscribe('d');
    expect(await subscriptions.removeAll({ applicationId: 'app' })).toBe(1);
    expect(await topics()).toEqual({ total: 0, topics: [] });
  });

  it('are nobody else’s affair, and no text that is no id finds one', async () => {
    const made = (await subscribe('a'))!;
    expect(await subscriptions.find(made.id, 'another')).toBeUndefined();
    expect(await subscriptions.remove(made.id, 'another')).toBe(false);
    expect(await subscriptions.removeAll({ applicationId: 'another' })).toBe(0);
    for (const id of ['', 'x', made.id.toUpperCase(), made.id.replaceAll('-', '')]) {
      expect(await subscriptions.find(id, 'app')).toBeUndefined();
      expect(await subscriptions.remove(id, 'app')).toBe(false);
    }
    expect(await topics()).toEqual({ total: 1, topics: ['a'] });
  });

  it('are told for any number of questions in one look-up, each once', async () => {
    const made = [await subscribe('a'), await subscribe('b'), await subscribe('a', 'another')];
    const ask = (applicationId: string, topic: string) => ({ applicationId, topic });
    const questions = [ask('app', 'a'), ask('app', 'a'), ask('another', 'a'), ask('another', 'b'), ask('nobody', 'a')];
    const found = await subscriptions.subscribed(questions);
    expect(found.toSorted((one, other) => (one.id < other.id ? -1 : 1))).toEqual([made[0], made[2]]);
    expect(await subscriptions.subscribed([])).toEqual([]);
  });
});
