import { describe, expect, it } from '@jest/globals';
import type { EventType } from '@downlink/command-domain';
import { COMMAND } from '@downlink/command-domain/contracts';
import type { CommittedFact, Subscription } from '@downlink/command-engine';
import { callbackFormats } from './callback-formats.js';
import { FactTelling } from './fact-telling.js';
import { aFact } from './spec-support/facts.js';

const FORMAT = 'huawei-signaltrans';
const subscription = (topic: string, url = 'http://subscriber.example/', applicationId = 'app-1'): Subscription => ({
  id: `id-of-${topic}`,
  applicationId,
  topic,
  url,
  createdAt: 1,
});

function tellingWith(...subscriptions: Subscription[]) {
  const asked: unknown[] = [];
  const telling = new FactTelling({
    formats: callbackFormats(),
    subscriptions: {
      subscribed: async (questions) => {
        asked.push(questions);
        return subscriptions.filter((one) =>
          questions.some(({ applicationId, topic }) => one.applicationId === applicationId && one.topic === topic),
        );
      },
    },
    onUnknownFormat: () => undefined,
  });
  return { telling, asked };
}

function signaltransFact(type: EventType, url: string | null = null, over: Partial<CommittedFact> = {}): CommittedFact {
  const { request, ...rest } = aFact(type, { url, format: FORMAT }, over);
  const dialectData = { requestId: 'r', mode: 'ACK', from: '/users/u', to: '' };
  return { ...rest, request: { ...request, dialectData } };
}

describe('who is told of a fact', () => {
  it('is the callback of the command alone, and nobody is looked up, where nobody can have subscribed', async () => {
    const { telling, asked } = tellingWith(subscription('messageConfirm'), subscription('commandRsp'));
    const facts = [aFact('AttemptSent', { url: 'http://app.example/', format: 'huawei' }), aFact('CommandSucceeded')];
    const told = await telling.deliveriesOf(facts);
    expect(told.map(({ webhookId, receiver }) => [webhookId, receiver])).toEqual([[`${COMMAND}-3`, undefined]]);
    expect(asked).toEqual([]);
  });

  it('is who subscribed to what it is about', async () => {
    const { telling } = tellingWith(
      subscription('messageConfirm'),
      subscription('commandRsp', 'http://other.example/'),
    );
    const [told, ...more] = await telling.deliveriesOf([signaltransFact('CommandDelivered')]);
    expect(more).toEqual([]);
    expect(told).toMatchObject({
      webhookId: `${COMMAND}-3-confirm-id-of-messageConfirm`,
      receiver: 'confirm-id-of-messageConfirm',
      url: 'http://subscriber.example/',
      contentType: 'application/json',
      body: expect.stringContaining('"notifyType":"messageConfirm"'),
    });
  });

  it('is the callback of the call besides, in deliveries of their own, receipt before answer', async () => {
    const { telling } = tellingWith(subscription('messageConfirm'), subscription('commandRsp'));
    const fact = signaltransFact('CommandSucceeded', 'http://callback.example/', { statusBefore: 'sent' });
    const told = await telling.deliveriesOf([fact]);
    expect(told.map(({ url, receiver }) => [url, receiver])).toEqual([
      ['http://callback.example/', 'confirm'],
      ['http://subscriber.example/', 'confirm-id-of-messageConfirm'],
      ['http://callback.example/', 'response'],
      ['http://subscriber.example/', 'response-id-of-commandRsp'],
    ]);
    expect(new Set(told.map(({ webhookId }) => webhookId)).size).toBe(4);
  });

  it('is one receiver once, when the callback of the call is what was subscribed', async () => {
    const { telling } = tellingWith(subscription('commandRsp', 'http://callback.example/'));
    const told = await telling.deliveriesOf([signaltransFact('CommandSucceeded', 'http://callback.example/')]);
    expect(told.map(({ receiver }) => receiver)).toEqual(['response']);
  });

  it('is nobody where nobody subscribed and the call named no callback', async () => {
    const { telling } = tellingWith(subscription('commandRsp', 'http://foreign.example/', 'another application'));
    expect(await telling.deliveriesOf([signaltransFact('CommandSucceeded')])).toEqual([]);
  });

  it('is looked up once for a whole batch, each question once', async () => {
    const { telling, asked } = tellingWith();
    await telling.deliveriesOf([
      signaltransFact('CommandDelivered'),
      signaltransFact('CommandDelivered', null, { version: 4 }),
      signaltransFact('CommandSucceeded', null, { version: 5 }),
    ]);
    expect(asked).toEqual([
      [
        { applicationId: 'app-1', topic: 'messageConfirm' },
        { applicationId: 'app-1', topic: 'commandRsp' },
      ],
    ]);
  });
});

describe('a fact', () => {
  it.each<[EventType, string | undefined, boolean]>([
    ['CommandDelivered', FORMAT, true],
    ['AttemptSent', FORMAT, false],
    ['AttemptSent', 'huawei', true],
    ['CommandDelivered', undefined, false],
    ['CommandDelivered', 'pigeon', false],
  ])('of type %s in the format %s has to be parsed: %s', (type, callback, expected) => {
    expect(tellingWith().telling.isTold({ type, ...(callback !== undefined && { callback }) })).toBe(expected);
  });
});
