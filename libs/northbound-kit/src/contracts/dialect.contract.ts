import { it } from '@jest/globals';
import { gzipSync } from 'node:zlib';
import { ContractClient } from './contract-client.js';
import type { DialectSubject } from './dialect-subject.js';
import { limitsContract } from './limits.contract.js';
import { nullMembersContract } from './null-members.contract.js';
import { readsContract } from './reads.contract.js';
import { tokensContract } from './tokens.contract.js';

const MANY = 200_000;

/** What every dialect owes its callers: the vendor's error for whatever is wrong, nothing stored, never a 5xx. */
export function dialectContract(subject: DialectSubject): void {
  const { create } = subject;
  const client = new ContractClient(subject);
  const json = () => client.json();
  const good = () => client.good();
  const refused = (body: string | Buffer, headers?: Record<string, string>, call?: typeof create) =>
    client.refused(() => client.post(body, headers, call));

  it('takes a good command', () => client.created());

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
  it.each(Object.entries(bodies))('refuses %s', async (_, body) => refused(body()));

  const types = [
    'text/plain',
    'application/xml',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    'json',
    ';',
  ];
  it.each(types)('refuses a body announced as %s', async (type) =>
    refused(good(), { ...subject.authorised(), 'content-type': type }),
  );
  it('refuses a body that is not announced', async () => refused(good(), subject.authorised()));
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
  it.each(Object.entries(callers))('refuses %s', async (_, headers) => refused(good(), client.json(headers())));

  const devices = {
    'a device that nobody has': () => 'no-such-device',
    "another application's device": () => subject.foreignDevice,
    'an empty device id': () => '',
    'a device id of 10,000 characters': () => 'd'.repeat(10_000),
    'a device id that would be code elsewhere': () => "'; drop table command; --",
    'a device id named like an inherited member': () => 'constructor',
  };
  it.each(Object.entries(devices))('refuses %s', async (_, deviceId) =>
    refused(JSON.stringify(subject.bodyFor(deviceId())), json(), subject.createFor?.(deviceId())),
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
  it.each(Object.entries(routes))('refuses %s', async (_, request) =>
    client.refused(() => client.send({ headers: json(), ...request() })),
  );

  it('still takes a good command afterwards', () => client.created());

  nullMembersContract(subject);
  readsContract(subject);
  tokensContract(subject);
  limitsContract(subject);
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
