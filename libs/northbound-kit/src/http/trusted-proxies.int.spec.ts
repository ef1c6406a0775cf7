import { afterEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, Module, Req } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import type { DialectFace } from '../dialect/dialect.js';
import { createNorthboundApp } from './northbound-app.js';

@Controller('whence')
class WhenceController {
  @Get()
  whence(@Req() { ip }: FastifyRequest): { ip: string } {
    return { ip };
  }
}

@Module({ controllers: [WhenceController] })
class Whence {}

const face: DialectFace = { name: 'any', prefixes: ['/'], answer: ({ kind }) => ({ status: 404, body: `"${kind}"` }) };

describe('where a request comes from', () => {
  let app: NestFastifyApplication;
  afterEach(() => app.close());

  async function seenFrom(forwardedFor: string, trustedProxies?: readonly string[]): Promise<string> {
    app = await createNorthboundApp(Whence, {
      dialects: [face],
      fallback: face,
      logger: { warn: () => {}, error: () => {} },
      nestLogger: false,
      ...(trustedProxies && { trustedProxies }),
    });
    await app.listen(0, '127.0.0.1');
    const response = await fetch(`${await app.getUrl()}/whence`, { headers: { 'x-forwarded-for': forwardedFor } });
    return ((await response.json()) as { ip: string }).ip;
  }

  it('is the address of the connection, whatever a header says', async () => {
    expect(await seenFrom('192.0.2.1')).toBe('127.0.0.1');
    await app.close();
    expect(await seenFrom('192.0.2.1', ['10.0.0.0/8'])).toBe('127.0.0.1');
  });

  it('is what a trusted proxy says, and nothing that was said to it', async () => {
    expect(await seenFrom('192.0.2.1', ['127.0.0.0/8'])).toBe('192.0.2.1');
    await app.close();
    expect(await seenFrom('198.51.100.7, 192.0.2.1', ['127.0.0.0/8'])).toBe('192.0.2.1');
  });
});
