import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { FastifyReply } from 'fastify';
import { EventStream } from './event-stream.js';

/** More than any socket between the two takes in. */
const MUCH = Array.from({ length: 40 }, (_, n) => ({
  id: String(n),
  event: 'much',
  data: { text: 'x'.repeat(1_000_000) },
}));

describe('a stream', () => {
  let server: Server;
  afterEach(async () => {
    server.close();
    await once(server, 'close');
  });

  /** The stream and the caller's side of it, which reads nothing until it is told to. */
  const open = async (drainWithinMs: number) => {
    const opened = new Promise<EventStream>((resolve) => {
      server = createServer((_request, raw) => {
        const reply = { hijack: () => reply, raw } as unknown as FastifyReply;
        resolve(new EventStream(reply, { heartbeatMs: 60_000, drainWithinMs }));
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const request = get({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', agent: false });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    return { stream: await opened, response };
  };

  it('cuts off whoever does not take what is sent', async () => {
    const { stream, response } = await open(50);
    response.on('error', () => {});
    await stream.send(MUCH);
    expect(stream.open).toBe(false);
    response.destroy();
  });

  it('waits for whoever takes it slowly', async () => {
    const { stream, response } = await open(10_000);
    let taken = 0;
    const sending = stream.send(MUCH);
    response.on('data', (chunk: Buffer) => (taken += chunk.length));
    await sending;
    expect(stream.open).toBe(true);
    stream.end();
    await once(response, 'end');
    expect(taken).toBeGreaterThan(40_000_000);
  });

  it('sends nothing to whoever has gone', async () => {
    const { stream, response } = await open(10_000);
    const closed = new Promise<void>((resolve) => stream.onClosed(resolve));
    response.destroy();
    await closed;
    await stream.send(MUCH);
    expect(stream.open).toBe(false);
  });
});
