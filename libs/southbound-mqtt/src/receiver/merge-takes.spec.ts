import { describe, expect, it } from '@jest/globals';
import { mergeTakes } from './merge-takes.js';
import type { ReceivedMessage } from './received-message.js';

const messages = (...topics: string[]): ReceivedMessage[] =>
  topics.map((topic) => ({ topic, payload: Buffer.alloc(0), retained: false, receivedAt: 0 }));

/** A handler whose calls end when they are told to. */
function heldHandler() {
  const calls: { topics: string[]; end: (error?: Error) => void }[] = [];
  const handler = (batch: ReceivedMessage[]) =>
    new Promise<void>((resolve, reject) => {
      const end = (error?: Error): void => (error === undefined ? resolve() : reject(error));
      calls.push({ topics: batch.map(({ topic }) => topic), end });
    });
  return { calls, handler };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the batches of several receivers', () => {
  it('that come in one turn of the event loop are one call, in their order', async () => {
    const { calls, handler } = heldHandler();
    const take = mergeTakes(handler);
    const taken = [take(messages('a', 'b')), take(messages('c'))];
    await turn();
    expect(calls.map(({ topics }) => topics)).toEqual([['a', 'b', 'c']]);
    calls[0]!.end();
    await Promise.all(taken);
  });

  it('that come while a call runs are the next one: never two at a time', async () => {
    const { calls, handler } = heldHandler();
    const take = mergeTakes(handler);
    const first = take(messages('a'));
    await turn();
    const others = ['b', 'c', 'd'].map((topic) => take(messages(topic)));
    await turn();
    expect(calls).toHaveLength(1);
    calls[0]!.end();
    await first;
    await turn();
    expect(calls.map(({ topics }) => topics)).toEqual([['a'], ['b', 'c', 'd']]);
    calls[1]!.end();
    await Promise.all(others);
    const later = take(messages('e'));
    await turn();
    calls[2]!.end();
    await later;
  });

  it('are rejected with the call that they were part of, and with no other', async () => {
    const { calls, handler } = heldHandler();
    const take = mergeTakes(handler);
    const [first, second] = [take(messages('a')), take(messages('b'))];
    await turn();
    const third = take(messages('c'));
    calls[0]!.end(new Error('away'));
    await expect(Promise.allSettled([first, second])).resolves.toMatchObject([
      { reason: { message: 'away' } },
      { reason: { message: 'away' } },
    ]);
    await turn();
    calls[1]!.end();
    await third;
  });

  it('are not split, and a call takes no more once it has the most that it may', async () => {
    const { calls, handler } = heldHandler();
    const take = mergeTakes(handler, 3);
    const taken = [take(messages('a', 'b')), take(messages('c', 'd')), take(messages('e'))];
    await turn();
    calls[0]!.end();
    await turn();
    calls[1]!.end();
    await Promise.all(taken);
    expect(calls.map(({ topics }) => topics)).toEqual([['a', 'b', 'c', 'd'], ['e']]);
  });
});
