import { describe, expect, it } from '@jest/globals';
import { readGolden } from '../spec-support/read-golden.js';
import { isPassword, passwordOf } from './password.js';
import { opaqueIn, writeToken } from './qjwt.js';
import { isRecent, readUsername } from './username.js';

interface GoldenLogin {
  readonly username: string;
  readonly accessSecret: string;
  readonly password: string;
}

const { username, accessSecret, password } = readGolden<GoldenLogin>('login');
const MINUTE = 60_000;

describe('a login', () => {
  it('has the password that the vendor’s client computes', () => {
    expect(passwordOf(username, accessSecret)).toBe(password);
    expect(isPassword(password, username, accessSecret)).toBe(true);
  });

  it.each([
    ['of another secret', password, username, 'at'],
    ['of another user name', password, `${username}0`, accessSecret],
    ['cut short', password.slice(1), username, accessSecret],
    ['in upper case', password.toUpperCase(), username, accessSecret],
    ['that is empty', '', username, accessSecret],
    ['with characters of more than one byte', 'é'.repeat(32), username, accessSecret],
  ])('is not let in with a password %s', (_, wrong, name, secret) => {
    expect(isPassword(wrong, name, secret)).toBe(false);
  });

  it('names its access key and its time, in any order', () => {
    const fields = { accessKey: 'ak', timestamp: 1_795_262_100_534 };
    expect(readUsername(username)).toEqual(fields);
    expect(readUsername(username.split('&').toReversed().join('&'))).toEqual(fields);
  });

  it.each([
    '',
    'ak',
    username.replace('ver=1', 'ver=2'),
    username.replace('sha256', 'md5'),
    username.replace('accessKey', 'user'),
    username.replace('access_key=ak', 'access_key='),
    username.replace('access_key=ak', `access_key=${'x'.repeat(257)}`),
    username.replace('1795262100534', 'now'),
    username.replace('&timestamp=1795262100534', ''),
  ])('is none without its five fields: %s', (text) => expect(readUsername(text)).toBeUndefined());

  it('may be 10 minutes early or late', () => {
    const at = { accessKey: 'ak', timestamp: 1_000 * MINUTE };
    expect([990, 1_000, 1_010].map((minute) => isRecent(at, minute * MINUTE))).toEqual([true, true, true]);
    expect(isRecent(at, 1_010 * MINUTE + 1)).toBe(false);
    expect(isRecent(at, 990 * MINUTE - 1)).toBe(false);
  });
});

describe('a token', () => {
  const claims = {
    applicationId: 'app-1',
    opaque: 'f'.repeat(64),
    issuedAt: 1_795_262_100_534,
    expiresAt: 1_795_348_500_534,
  };
  const token = writeToken(claims);
  const jwt = token.slice('QJWT '.length);

  it('is a JWT behind the word QJWT, and the same for the same claims', () => {
    expect(token).toMatch(/^QJWT [\w-]+\.[\w-]+\.[\w-]+$/);
    expect(writeToken({ ...claims })).toBe(token);
    const [header, payload] = jwt.split('.').map((part) => Buffer.from(part, 'base64url').toString('utf8'));
    expect(JSON.parse(header!)).toEqual({ alg: 'HS256', typ: 'JWT' });
    expect(JSON.parse(payload!)).toEqual({ sub: 'app-1', iat: 1_795_262_100, exp: 1_795_348_500, jti: claims.opaque });
  });

  it('is read back, with the word or without', () => {
    expect(opaqueIn(token)).toBe(claims.opaque);
    expect(opaqueIn(jwt)).toBe(claims.opaque);
  });

  it('is nobody’s once a letter of it is changed', () => {
    for (let place = 0; place < jwt.length; place++) {
      const other = jwt[place] === 'A' ? 'B' : 'A';
      expect(opaqueIn(`QJWT ${jwt.slice(0, place)}${other}${jwt.slice(place + 1)}`)).toBeUndefined();
    }
  });

  const without = (payload: string) => `${jwt.split('.')[0]!}.${Buffer.from(payload).toString('base64url')}.x`;
  it.each([
    '',
    'QJWT',
    'QJWT ',
    'QJWT a.b.c',
    `${token}.x`,
    `Bearer ${jwt}`,
    `QJWT ${'x'.repeat(3_000)}`,
    without('no json'),
    without('null'),
    without('{"jti":1}'),
    without('{"jti":""}'),
  ])('is none of ours: %s', (text) => expect(opaqueIn(text)).toBeUndefined());
});
