import { describe, expect, it } from '@jest/globals';
import { Inbox, type InboxEntry } from './inbox.js';

const gate = { acknowledge: () => undefined };
const entry = (text: string, acknowledgement?: InboxEntry['acknowledgement']): InboxEntry => ({
  message: { topic: 't', payload: Buffer.from(text), retained: false, receivedAt: 0 },
  ...(acknowledgement ? { acknowledgement } : {}),
});
const texts = (entries: InboxEntry[]): string[] => entries.map(({ message }) => message.payload.toString());

describe('the inbox', () => {
  it('gives the oldest messages first, no more than asked for', () => {
    const inbox = new Inbox(10);
    for (const text of ['a', 'b', 'c']) inbox.push(entry(text));
    expect(texts(inbox.take(2))).toEqual(['a', 'b']);
    expect(texts(inbox.take(2))).toEqual(['c']);
    expect(inbox.take(2)).toEqual([]);
  });

  it('lets a waiting parser go on when it is half empty, once', () => {
    const inbox = new Inbox(4);
    let resumed = 0;
    for (const text of ['a', 'b', 'c', 'd']) inbox.push(entry(text));
    expect(inbox.full).toBe(true);
    inbox.whenRoomy(() => {
      resumed += 1;
    });
    inbox.take(1);
    expect(resumed).toBe(0);
    inbox.take(1);
    inbox.take(1);
    expect(resumed).toBe(1);
  });

  it('forgets what another connection would have to acknowledge and keeps what needs no acknowledgement', () => {
    const inbox = new Inbox(4);
    const other = { ...gate };
    inbox.push(entry('old', { gate: other, messageId: 1 }));
    inbox.push(entry('qos 0'));
    inbox.push(entry('new', { gate, messageId: 1 }));
    inbox.forgetUnacknowledgedExcept(gate);
    expect(texts(inbox.take(4))).toEqual(['qos 0', 'new']);
  });
});
