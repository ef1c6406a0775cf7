import { expect, it } from '@jest/globals';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { RunningNorthbound } from './start-northbound.js';

/** A request as a client would send it; `body` as it is, so that it may be broken. */
export interface ContractRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export interface ContractAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What the suite must know of a dialect. */
export interface DialectSubject {
  running(): RunningNorthbound;
  /** Headers of a good caller, without a content type. */
  authorised(): Record<string, string>;
  /** The same with a token that was never issued, and without any. */
  withBadToken(): Record<string, string>;
  withoutToken(): Record<string, string>;
  /** The call that creates a command. */
  create: { readonly method: string; readonly path: string };
  /** A good body for this device. */
  bodyFor(deviceId: string): object;
  /** A good body with this as its parameters. */
  bodyWithParameters(parameters: unknown): object;
  ownDevice: string;
  foreignDevice: string;
  unknownRoute: string;
  /** For dialects whose device stands in the path or query: the call that creates a command for this one. */
  createFor?: (deviceId: string) => { readonly method: string; readonly path: string };
  /** For dialects whose callers sign each request: the request as it is sent, with whatever the signature needs. */
  sign?: (request: ContractRequest) => ContractRequest;
  /** Throws unless the answer is an error in the vendor's form. */
  expectVendorError(answer: ContractAnswer): void;
}

const MANY = 200_000;

/** What every dialect owes its callers: the vendor's error for whatever is wrong, nothing stored, never a 5xx. */
export function dialectContract(subject: DialectSubject): void {
  const { create } = subject;
  const json = () => ({ ...subject.authorised(), 'content-type': 'application/json' });
  const good = () => JSON.stringify(subject.bodyFor(subject.ownDevice));
  const send = (request: ContractRequest) => exchange(subject.running().url, subject.sign?.(request) ?? request);
  const post = (body: string | Buffer, headers: Record<string, string> = json(), call = create) =>
    send({ ...call, headers, body });

  async function refused(answer: Promise<ContractAnswer>): Promise<void> {
    const { facts } = subject.running();
    const before = facts.length;
    const received = await answer;
    subject.expectVendorError(received);
    expect(received.status).toBeLessThan(500);
    expect(received.contentType).toMatch(/^application\/(problem\+)?json/);
    expect(() => JSON.parse(received.body) as unknown).not.toThrow();
    expect(facts.length).toBe(before);
  }

  it('takes a good command', async () => {
    const { facts } = subject.running();
    const before = facts.length;
    const answer = await post(good());
    expect(answer.status).toBeGreaterThanOrEqual(200);
    expect(answer.status).toBeLessThan(300);
    expect(facts.length).toBeGreaterThan(before);
  });

  const bodies: Record<string, () => string | Buffer> = {
    'half of a JSON text': () => good().slice(0, -5),
    'no JSON at all': () => 'turn on the light',
    'an empty body': () => '',
    'only blanks': () => '   ',
    'a JSON null': () => 'null',
    'a JSON text': () => '"on"',
    'a JSON number': () => '7',
    'an array': () => `[${good()}]`,
    'an empty object': () => '{}',
    'a compressed body': () => gzipSync(good()),
    'bytes that are not UTF-8': () => Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]),
    'a byte order mark': () => `\ufeff${good()}`,
    'a body over 64 KiB': () => JSON.stringify(subject.bodyWithParameters({ text: 'x'.repeat(70_000) })),
    'a body far over the limit': () => 'x'.repeat(MANY),
    'parameters nested 30,000 deep': () => nested(30_000),
    'parameters nested 100 deep': () => JSON.stringify(subject.bodyWithParameters(nestedObject(100))),
    'an array nested 30,000 deep': () => `${'['.repeat(30_000)}${']'.repeat(30_000)}`,
    'parameters that are an array': () => JSON.stringify(subject.bodyWithParameters([1])),
    'parameters that are a text': () => JSON.stringify(subject.bodyWithParameters('{}')),
    'parameters that are a number': () => JSON.stringify(subject.bodyWithParameters(1)),
    'a text with U+0000': () => JSON.stringify(subject.bodyWithParameters({ text: 'a\0b' })),
    'a text with half a surrogate pair': () => JSON.stringify(subject.bodyWithParameters({ text: '\ud800' })),
    'a number beyond a double': () => withRaw(subject.bodyWithParameters({ raw: 'RAW' }), '1e999'),
    'a member __proto__': () => `{"__proto__":{"admin":true},${good().slice(1)}`,
    'a member __proto__ in the parameters': () => withRaw(subject.bodyWithParameters('RAW'), '{"__proto__":{"a":1}}'),
    'a member __proto__ written with escapes': () => `{"\\u005f_proto__":{"admin":true},${good().slice(1)}`,
  };
  it.each(Object.entries(bodies))('refuses %s', async (_, body) => refused(post(body())));

  const types = [
    'text/plain',
    'application/xml',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    'json',
    ';',
  ];
  it.each(types)('refuses a body announced as %s', async (type) =>
    refused(post(good(), { ...subject.authorised(), 'content-type': type })),
  );
  it('refuses a body that is not announced', async () => refused(post(good(), subject.authorised())));
  const callers = {
    'a token that was never issued': () => subject.withBadToken(),
    'no token': () => subject.withoutToken(),
    'an Authorization of another scheme': () => ({ ...subject.withoutToken(), authorization: 'Basic YTpi' }),
    'an Authorization that is empty': () => ({ ...subject.withoutToken(), authorization: '' }),
    'a token of 10,000 characters': () => ({
      ...subject.withoutToken(),
      authorization: `Bearer ${'x'.repeat(10_000)}`,
    }),
  };
  it.each(Object.entries(callers))('refuses %s', async (_, headers) =>
    refused(post(good(), { 'content-type': 'application/json', ...headers() })),
  );

  const devices = {
    'a device that nobody has': () => 'no-such-device',
    "another application's device": () => subject.foreignDevice,
    'an empty device id': () => '',
    'a device id of 10,000 characters': () => 'd'.repeat(10_000),
    'a device id that would be code elsewhere': () => "'; drop table command; --",
    'a device id named like an inherited member': () => 'constructor',
  };
  it.each(Object.entries(devices))('refuses %s', async (_, deviceId) =>
    refused(post(JSON.stringify(subject.bodyFor(deviceId())), json(), subject.createFor?.(deviceId()))),
  );

  const routes = {
    'an unknown path': () => ({ method: 'GET', path: subject.unknownRoute }),
    'an unknown path with a body': () => ({ method: 'POST', path: subject.unknownRoute, body: '{}' }),
    'another method': () => ({ method: 'DELETE', path: create.path }),
    'a path with %00': () => ({ method: 'GET', path: `${create.path}/a%00b` }),
    'a query with %00': () => ({ method: 'GET', path: `${create.path}?deviceId=a%00b` }),
    'a path that cannot be decoded': () => ({ method: 'GET', path: `${create.path}/%zz` }),
    'a path of 5,000 characters': () => ({ method: 'GET', path: `${create.path}/${'a'.repeat(5_000)}` }),
  };
  it.each(Object.entries(routes))('refuses %s', async (_, request) => refused(send({ headers: json(), ...request() })));

  it('still takes a good command afterwards', async () => {
    expect((await post(good())).status).toBeLessThan(300);
  });
}

function nested(depth: number): string {
  return `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`.slice(0, 65_000);
}

function nestedObject(depth: number): object {
  let value: object = {};
  for (let i = 0; i < depth; i++) value = { a: value };
  return value;
}

/** Puts JSON text in the place of the text RAW, which JSON.stringify could not write. */
function withRaw(body: object, raw: string): string {
  return JSON.stringify(body).replace('"RAW"', raw);
}

/** One request over a connection of its own; reads the answer also where the server stops reading the body. */
export function exchange(url: string, { method, path, headers, body }: ContractRequest): Promise<ContractAnswer> {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const request = httpRequest(
      url + path,
      { method, headers: { ...headers, ...length }, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            contentType: response.headers['content-type'] ?? '',
            headers: response.headers,
            body: Buffer.concat(chunks).toString('utf8'),
          }),
        );
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}
