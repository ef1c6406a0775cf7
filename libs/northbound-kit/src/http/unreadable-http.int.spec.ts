import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Module, Post, Req, Res } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { DialectFace } from '../dialect/dialect.js';
import { send } from './error-responder.js';
import { createNorthboundApp } from './northbound-app.js';

@Controller('a')
class EchoController {
  @Get()
  get(@Res() reply: FastifyReply): void {
    send(reply, { status: 200, body: '"got"' });
  }

  @Post()
  post(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    send(reply, { status: 200, body: JSON.stringify(request.body) });
  }
}

@Module({ controllers: [EchoController] })
class EchoModule {}

const face: DialectFace = {
  name: 'a',
  prefixes: ['/a'],
  answer: (trouble) => ({ status: 400, body: JSON.stringify(trouble), contentType: 'application/problem+json' }),
};

const POST = 'POST /a HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n';

describe('what is hardly HTTP', () => {
  let app: NestFastifyApplication;
  let port: number;
  const faults: object[] = [];

  beforeAll(async () => {
    const logger = { warn: () => {}, error: (details: object) => void faults.push(details) };
    app = await createNorthboundApp(EchoModule, { dialects: [face], fallback: face, logger, nestLogger: false });
    await app.listen(0, '127.0.0.1');
    port = (app.getHttpServer().address() as { port: number }).port;
  });
  afterAll(() => app.close());

  /** Everything that comes back until the server closes, or has answered once. */
  function exchanged(bytes: string | Buffer): Promise<string> {
    return new Promise((resolve, reject) => {
      let text = '';
      const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
      const done = () => {
        socket.destroy();
        resolve(text);
      };
      socket.setTimeout(5_000, () => reject(new Error(`neither an answer nor an end after: ${text}`)));
      socket.on('data', (chunk) => {
        text += chunk.toString('latin1');
        const [head, body] = text.split('\r\n\r\n');
        const length = /content-length: (\d+)/i.exec(head ?? '')?.[1];
        if (length !== undefined && (body?.length ?? 0) >= Number(length)) done();
      });
      socket.on('end', done);
      socket.on('error', reject);
    });
  }

  it.each<[string, string | Buffer]>([
    ['no HTTP at all', 'hello\r\n\r\n'],
    ['bytes of TLS', Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03])],
    ['a method that nobody knows', 'TURN /a HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['a version that nobody knows', 'GET /a HTTP/9.9\r\nHost: a\r\n\r\n'],
    ['a path with a blank', 'GET /a b HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['a header without a colon', 'GET /a HTTP/1.1\r\nHost: a\r\nbroken\r\n\r\n'],
    ['a header with U+0000', 'GET /a HTTP/1.1\r\nHost: a\r\nx: a\0b\r\n\r\n'],
    ['100 KB of headers', `GET /a HTTP/1.1\r\nHost: a\r\nx: ${'x'.repeat(100_000)}\r\n\r\n`],
    ['no host', 'GET /a HTTP/1.1\r\n\r\n'],
    ['a negative length', `${POST}Content-Length: -1\r\n\r\n{}`],
    ['a length that is no number', `${POST}Content-Length: two\r\n\r\n{}`],
    ['two lengths', `${POST}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`],
    ['a length and chunks', `${POST}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`],
    ['chunks of a size that is none', `${POST}Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n`],
    ['an encoding that nobody knows', `${POST}Transfer-Encoding: gzip\r\n\r\n{}`],
  ])('is refused in the form of the fallback: %s', async (_, bytes) => {
    const answer = await exchanged(bytes);
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect(answer).toMatch(/content-type: application\/problem\+json/i);
    expect(JSON.parse(answer.split('\r\n\r\n')[1]!)).toMatchObject({ kind: 'malformed' });
  });

  it.each<[string, string, string]>([
    ['an expectation that nobody knows', 'GET /a HTTP/1.1\r\nHost: a\r\nExpect: wonders\r\n\r\n', '"got"'],
    ['chunks', `${POST}Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`, '{}'],
  ])('is taken where it is HTTP after all: %s', async (_, bytes, body) => {
    const answer = await exchanged(bytes);
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(answer.split('\r\n\r\n')[1]).toBe(body);
  });

  it('is no failure of ours', () => expect(faults).toEqual([]));
});
