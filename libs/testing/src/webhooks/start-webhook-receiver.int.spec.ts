import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startWebhookReceiver, type WebhookReceiver } from '../index.js';

describe('startWebhookReceiver', () => {
  let receiver: WebhookReceiver;
  beforeEach(async () => {
    receiver = await startWebhookReceiver();
  });
  afterEach(() => receiver.stop());

  const post = (path: string, body: string) =>
    fetch(`${receiver.url}${path}`, { method: 'POST', body, headers: { 'x-id': '7' } });

  it('records what arrives, byte for byte', async () => {
    const before = Date.now();
    expect((await post('/callback?a=1', '{"ä": 1}')).status).toBe(200);
    const [webhook] = await receiver.waitFor(1);
    expect(webhook).toMatchObject({ method: 'POST', path: '/callback?a=1', headers: { 'x-id': '7' } });
    expect(webhook!.rawBody).toEqual(Buffer.from('{"ä": 1}'));
    expect(webhook!.json()).toEqual({ ä: 1 });
    expect(webhook!.arrivedAt).toBeGreaterThanOrEqual(before);
  });

  it('answers by its script, request by request', async () => {
    receiver.answerWith((_request, index) =>
      index === 0 ? { status: 503, headers: { 'retry-after': '1' }, body: 'busy' } : { status: 204 },
    );
    const first = await post('/', '1');
    expect([first.status, first.headers.get('retry-after'), await first.text()]).toEqual([503, '1', 'busy']);
    expect((await post('/', '2')).status).toBe(204);
  });

  it('cuts the connection when told to, and records the request nevertheless', async () => {
    receiver.answerWith('reset');
    await expect(post('/', 'x')).rejects.toThrow();
    expect(receiver.received).toHaveLength(1);
  });

  it('keeps a sender waiting that is not to be answered, until the sender or the receiver gives up', async () => {
    receiver.answerWith('hang');
    const aborted = fetch(receiver.url, { signal: AbortSignal.timeout(200) });
    await expect(aborted).rejects.toThrow('timeout');
    expect(receiver.received).toHaveLength(1);
  });

  it('says how many arrived when fewer did than were waited for', async () => {
    await post('/other', 'x');
    const waited = receiver.waitFor(1, { withinMs: 100, which: ({ path }) => path === '/callback' });
    await expect(waited).rejects.toThrow('0 of 1 webhooks arrived');
  });
});
