import { request } from 'node:https';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { generate } from 'selfsigned';
import type { DialectFace } from '../dialect/dialect.js';
import { createNorthboundApp } from './northbound-app.js';

@Module({})
class NothingServed {}

const DAY_MS = 86_400_000;
const face: DialectFace = { name: 'any', prefixes: ['/'], answer: ({ kind }) => ({ status: 404, body: `"${kind}"` }) };

async function certificate(notAfterDate: Date): Promise<{ cert: string; key: string }> {
  const made = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: new Date(notAfterDate.getTime() - 10 * DAY_MS),
    notAfterDate,
  });
  return { cert: made.cert, key: made.private };
}

describe('over HTTPS', () => {
  let app: NestFastifyApplication;
  let url: string;
  const asked: boolean[] = [];

  beforeAll(async () => {
    app = await createNorthboundApp(NothingServed, {
      dialects: [face],
      fallback: face,
      logger: { warn: () => {}, error: () => {} },
      nestLogger: false,
      https: await certificate(new Date(Date.now() + DAY_MS)),
    });
    app.getHttpServer().on('secureConnection', (socket: { getPeerCertificate(): object }) => {
      asked.push(Object.keys(socket.getPeerCertificate()).length > 0);
    });
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
  });
  afterAll(() => app.close());

  /** The status that a client with this certificate gets; the server's own is self-signed, which clients of the vendors do not mind. */
  const get = (client: { cert?: string; key?: string } = {}) =>
    new Promise<number>((resolve, reject) => {
      request(url, { ...client, rejectUnauthorized: false, agent: false }, (response) => {
        response.resume();
        response.on('end', () => resolve(response.statusCode ?? 0));
      })
        .on('error', reject)
        .end();
    });

  it('a client may bring no certificate, its own, or one that has run out', async () => {
    expect(await get()).toBe(404);
    expect(await get(await certificate(new Date(Date.now() + DAY_MS)))).toBe(404);
    expect(await get(await certificate(new Date(Date.now() - DAY_MS)))).toBe(404);
    expect(asked).toEqual([false, true, true]);
  });
});
