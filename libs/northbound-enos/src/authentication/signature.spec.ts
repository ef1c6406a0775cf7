import { describe, expect, it } from '@jest/globals';
import { parse } from 'node:querystring';
import { readGolden } from '../spec-support/read-golden.js';
import { encryptionOf, isSameDigest, signatureOf } from './signature.js';
import { isOnTime } from './timestamp.js';

interface Vectors {
  readonly encryption: readonly { appKey: string; timestamp: string; appSecret: string; digest: string }[];
  readonly signature: readonly {
    what: string;
    accessToken: string;
    query: string;
    body: string;
    timestamp: string;
    appSecret: string;
    digest: string;
  }[];
}

const golden = readGolden<Vectors>('signatures');
const DIGEST = 'a0'.repeat(32);

describe('the signature of a call', () => {
  it.each(golden.signature)('is that of the vector: $what', ({ query, body, appSecret, digest, ...signed }) => {
    expect(signatureOf({ ...signed, query: parse(query), body: Buffer.from(body) }, appSecret)).toBe(digest);
  });

  it.each(golden.encryption)('has the same hash as a login, as in the vector of $appKey', (vector) => {
    expect(encryptionOf(vector.appKey, vector.timestamp, vector.appSecret)).toBe(vector.digest);
  });
});

describe('a digest that somebody sends', () => {
  it('is taken when it is the same', () => expect(isSameDigest(DIGEST, DIGEST)).toBe(true));

  it.each([
    ['another', `b${DIGEST.slice(1)}`],
    ['in capitals', DIGEST.toUpperCase()],
    ['in base64', Buffer.from(DIGEST, 'hex').toString('base64')],
    ['cut', DIGEST.slice(1)],
    ['with a blank', `${DIGEST} `],
    ['with a line break', `${DIGEST}\n`],
    ['longer', `${DIGEST}00`],
    ['empty', ''],
    ['of other characters', '☂'.repeat(64)],
  ])('is refused when it is %s', (_, given) => expect(isSameDigest(given, DIGEST)).toBe(false));
});

describe('a timestamp', () => {
  const now = 1_795_262_016_620;
  it.each([
    ['now', String(now), true],
    ['at the edge, late', String(now - 600_000), true],
    ['at the edge, early', String(now + 600_000), true],
    ['over it', String(now - 600_001), false],
    ['over it, early', String(now + 600_001), false],
    ['in seconds', String(Math.floor(now / 1000)), false],
    ['with a fraction', `${now}.5`, false],
    ['with an exponent', '1.79526201662e12', false],
    ['in hexadecimal', `0x${now.toString(16)}`, false],
    ['negative', `-${now}`, false],
    ['in words', 'now', false],
    ['with blanks', ` ${now}`, false],
    ['of too many digits', '1'.repeat(16), false],
  ])('%s is judged by our clock', (_, timestamp, ok) => expect(isOnTime(timestamp, now, 600_000)).toBe(ok));
});
