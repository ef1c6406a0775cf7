import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { freePort, startWebhookReceiver, type WebhookReceiver } from '@downlink/testing';
import type { AddressGuard } from './address-guard.js';
import { CallbackSender } from './callback-sender.js';
import { deliveryTo } from './spec-support/deliveries.js';

let receiver: WebhookReceiver;
let sender: CallbackSender;

beforeAll(async () => {
  receiver = await startWebhookReceiver();
});
afterAll(() => receiver.stop());
beforeEach(() => {
  sender = new CallbackSender({ totalTimeoutMs: 400 });
  receiver.answerWith({ status: 200 });
});
afterEach(() => sender.close());

const lastReceived = () => receiver.received.at(-1)!;

describe('CallbackSender', () => {
  it('posts the exact bytes with their type, the webhook id and a user agent of its own', async () => {
    const delivery = deliveryTo(`${receiver.url}/hook?a=1&b=%20`);
    const result = await sender.send(delivery);
    expect(result).toMatchObject({ error: null, status: 200, response: null, retryAfterMs: null });
    const { method, path, headers, rawBody } = lastReceived();
    expect([method, path]).toEqual(['POST', '/hook?a=1&b=%20']);
    expect(rawBody.toString()).toBe(delivery.body);
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(delivery.body)),
      'user-agent': 'Downlink-Webhooks/1',
      'webhook-id': delivery.webhookId,
    });
    expect(headers['accept-encoding']).toBeUndefined();
  });

  it('dates its attempts, and what it signs, by the clock that it was given', async () => {
    const dated = new CallbackSender(
      {},
      { now: () => 1_000, signer: { sign: async (_delivery, at) => ({ 'webhook-timestamp': String(at) }) } },
    );
    expect(await dated.send(deliveryTo(receiver.url))).toMatchObject({ startedAt: 1_000 });
    expect(lastReceived().headers['webhook-timestamp']).toBe('1000');
    await dated.close();
  });

  it('adds what the signer gives for this delivery', async () => {
    const signing = new CallbackSender(
      {},
      { signer: { sign: async ({ body }) => ({ 'webhook-signature': `v1,${body.length}` }) } },
    );
    await signing.send(deliveryTo(receiver.url, { body: 'four' }));
    expect(lastReceived().headers['webhook-signature']).toBe('v1,4');
    await signing.close();
  });

  it('reuses its connections and keeps no cookie', async () => {
    receiver.answerWith({ status: 204, headers: { 'set-cookie': 'a=b' } });
    for (let i = 0; i < 3; i++) expect((await sender.send(deliveryTo(receiver.url))).error).toBeNull();
    expect(lastReceived().headers.cookie).toBeUndefined();
  });

  it.each([
    [201, null],
    [299, null],
    [302, 'status-302'],
    [400, 'status-400'],
    [410, 'status-410'],
    [500, 'status-500'],
  ])('takes status %d for %p', async (status, error) => {
    receiver.answerWith({ status, body: 'why' });
    expect(await sender.send(deliveryTo(receiver.url))).toMatchObject({ status, error, response: 'why' });
  });

  it('does not follow a redirect', async () => {
    const before = receiver.received.length;
    receiver.answerWith({ status: 307, headers: { location: `${receiver.url}/elsewhere` } });
    expect((await sender.send(deliveryTo(receiver.url))).error).toBe('status-307');
    expect(receiver.received.length).toBe(before + 1);
  });

  it('reports what Retry-After asks for', async () => {
    receiver.answerWith({ status: 503, headers: { 'retry-after': '7' } });
    expect(await sender.send(deliveryTo(receiver.url))).toMatchObject({ error: 'status-503', retryAfterMs: 7_000 });
  });

  it('keeps the first 20 kB of a huge answer, cuts the rest, and judges by its status', async () => {
    receiver.answerWith({ status: 200, body: 'x'.repeat(5_000_000) });
    const result = await sender.send(deliveryTo(receiver.url));
    expect(result).toMatchObject({ error: null, status: 200 });
    expect(result.response).toBe('x'.repeat(20_000));
    receiver.answerWith({ status: 200, body: 'fine' });
    expect((await sender.send(deliveryTo(receiver.url))).response).toBe('fine');
  });

  it('keeps no character that the store cannot hold', async () => {
    receiver.answerWith({ status: 200, body: 'a\0b' });
    expect((await sender.send(deliveryTo(receiver.url))).response).toBe('a\uFFFDb');
  });

  it('gives up on a receiver that never answers', async () => {
    receiver.answerWith('hang');
    const result = await sender.send(deliveryTo(receiver.url));
    expect(result).toMatchObject({ error: 'timeout', status: null, response: null });
    expect(result.durationMs).toBeGreaterThanOrEqual(399);
    expect(result.durationMs).toBeLessThan(2_000);
  });

  it('tells a cut connection from a refused one and an unknown name', async () => {
    receiver.answerWith('reset');
    expect((await sender.send(deliveryTo(receiver.url))).error).toBe('connection-lost');
    const nobody = `http://127.0.0.1:${await freePort()}`;
    expect((await sender.send(deliveryTo(nobody))).error).toBe('connect-refused');
    const unnamed = new CallbackSender();
    expect((await unnamed.send(deliveryTo('http://no-such-host.invalid/'))).error).toBe('dns');
    await unnamed.close();
  });

  it('speaks no TLS to who speaks none', async () => {
    const result = await sender.send(deliveryTo(receiver.url.replace('http:', 'https:')));
    expect(result.error).toBe('tls');
  });

  it.each(['not a url', '', 'ftp://example.org/', 'file:///etc/passwd', 'http://'])(
    'calls nobody for %p',
    async (url) => {
      expect((await sender.send(deliveryTo(url))).error).toBe('invalid-url');
    },
  );

  it('asks the guard for the URL, and for every address that a name resolves to', async () => {
    const guard: AddressGuard = {
      refusesUrl: (url) => (url.hostname === '127.0.0.1' ? 'loopback' : undefined),
      refusesAddress: (address) => (address === '127.0.0.1' || address === '::1' ? 'loopback' : undefined),
    };
    const guarded = new CallbackSender({}, { guard });
    const before = receiver.received.length;
    expect((await guarded.send(deliveryTo(receiver.url))).error).toBe('address-refused');
    const byName = `http://localhost:${receiver.port}/`;
    expect((await guarded.send(deliveryTo(byName))).error).toBe('address-refused');
    expect(receiver.received.length).toBe(before);
    await guarded.close();
    const open = new CallbackSender({}, { guard: { refusesUrl: () => undefined, refusesAddress: () => undefined } });
    expect((await open.send(deliveryTo(byName))).error).toBeNull();
    await open.close();
  });
});

describe('CallbackSender against a receiver that misbehaves below HTTP', () => {
  let server: Server;
  const sockets = new Set<Socket>();
  let speak: (socket: Socket) => void = () => undefined;

  beforeAll(async () => {
    server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => sockets.delete(socket));
      socket.once('data', () => speak(socket));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterAll(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;

  it('takes a 2xx whose body breaks off for a failure: nobody knows what the receiver did', async () => {
    speak = (socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf', () => socket.resetAndDestroy());
    };
    expect(await sender.send(deliveryTo(url()))).toMatchObject({ error: 'connection-lost', status: null });
  });

  it('gives up on an answer that drips', async () => {
    speak = (socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n');
      const drip = setInterval(() => socket.write('x'), 50);
      socket.on('close', () => clearInterval(drip));
    };
    expect((await sender.send(deliveryTo(url()))).error).toBe('timeout');
  });

  it('takes no answer that is not HTTP', async () => {
    speak = (socket) => void socket.end('SSH-2.0-OpenSSH_9.6\r\n');
    expect((await sender.send(deliveryTo(url()))).error).toBe('protocol');
  });

  it('does not take an interim answer for the answer', async () => {
    speak = (socket) => void socket.end('HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n');
    expect((await sender.send(deliveryTo(url()))).error).toBe('status-500');
  });
});
