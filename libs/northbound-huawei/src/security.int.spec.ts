import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { exchange, startNorthbound, type RunningNorthbound } from '@downlink/northbound-kit/contracts';
import { huaweiFace } from './face.js';
import { HuaweiModule } from './huawei.module.js';
import { APPLICATION, COMMANDS, declareSpecimens, FOREIGN_APPLICATION, SECRET } from './spec-support/huawei-client.js';
import { readGolden } from './spec-support/read-golden.js';

const BASE = '/iocm/app/sec/v1.1.0';
const JSON_TYPE = { 'content-type': 'application/json' };
const FORM_TYPE = { 'content-type': 'application/x-www-form-urlencoded' };

interface Tokens {
  accessToken: string;
  refreshToken: string;
}

describe('login, refresh and logout', () => {
  let running: RunningNorthbound;

  beforeAll(async () => {
    running = await startNorthbound([huaweiFace], (ports) => HuaweiModule.forRoot(ports));
    await declareSpecimens(running);
  });
  afterAll(() => running.stop());

  const post = async (path: string, body: string, headers: Record<string, string> = JSON_TYPE) => {
    const answer = await exchange(running.url, { method: 'POST', path: BASE + path, headers, body });
    return { ...answer, json: (answer.body === '' ? {} : JSON.parse(answer.body)) as Record<string, unknown> };
  };
  const credentials = { appId: APPLICATION, secret: SECRET };
  const logIn = async () => (await post('/login', JSON.stringify(credentials))).json as unknown as Tokens;
  const queryWith = async (headers: Record<string, string>) =>
    exchange(running.url, { method: 'GET', path: COMMANDS, headers: { app_key: APPLICATION, ...headers } });
  const works = async (token: string) => (await queryWith({ authorization: `Bearer ${token}` })).status === 200;

  it('login answers a form, as the SDKs send it, with the members of the vendor’s sample', async () => {
    const golden = readGolden<{ request: string; response: Record<string, unknown> }>('login');
    const { status, json } = await post('/login', golden.request, FORM_TYPE);
    expect(status).toBe(200);
    expect(Object.keys(json).sort()).toEqual(Object.keys(golden.response).sort());
    expect(json).toMatchObject({ scope: 'default', tokenType: 'bearer', expiresIn: 3600 });
  });

  it('login answers JSON too', async () => {
    expect(await works((await logIn()).accessToken)).toBe(true);
  });

  it('of several logins only the newest token is valid', async () => {
    const first = await logIn();
    expect(await works(first.accessToken)).toBe(true);
    const second = await logIn();
    expect(await works(first.accessToken)).toBe(false);
    expect(await works(second.accessToken)).toBe(true);
  });

  it('refresh gives new tokens, and the old access token ends', async () => {
    const old = await logIn();
    const golden = readGolden<{ request: object; response: object }>('refresh-token');
    const { status, json } = await post(
      '/refreshToken',
      JSON.stringify(golden.request).replace('$REFRESH', old.refreshToken),
    );
    expect(status).toBe(200);
    expect(Object.keys(json)).toEqual(Object.keys(golden.response));
    expect(await works(json['accessToken'] as string)).toBe(true);
    expect(await works(old.accessToken)).toBe(false);
  });

  it('logout ends the token and answers 204 without a body', async () => {
    const { accessToken } = await logIn();
    const { request } = readGolden<{ request: object }>('logout');
    const { status, body } = await post('/logout', JSON.stringify(request).replace('$ACCESS', accessToken));
    expect([status, body]).toEqual([204, '']);
    expect(await works(accessToken)).toBe(false);
  });

  it.each<[string, string, [string, Record<string, string>], [number, string]]>([
    ['a wrong secret', '/login', [JSON.stringify({ ...credentials, secret: 'x' }), JSON_TYPE], [401, '100208']],
    ['an unknown application', '/login', [JSON.stringify({ ...credentials, appId: 'x' }), JSON_TYPE], [401, '100208']],
    ['a missing secret', '/login', [`appId=${APPLICATION}`, FORM_TYPE], [400, '100022']],
    ['an empty form', '/login', ['', FORM_TYPE], [400, '100022']],
    ['a form with U+0000', '/login', ['appId=a%00b&secret=x', FORM_TYPE], [400, '100022']],
    ['a form with __proto__', '/login', ['appId=a&secret=x&__proto__=1', FORM_TYPE], [400, '100022']],
    [
      'a secret of 257 characters',
      '/login',
      [JSON.stringify({ ...credentials, secret: 'x'.repeat(257) }), JSON_TYPE],
      [400, '100022'],
    ],
    ['a form where only JSON is taken', '/refreshToken', ['appId=a', FORM_TYPE], [400, '100022']],
    [
      'a wrong refresh token',
      '/refreshToken',
      [JSON.stringify({ ...credentials, refreshToken: 'x' }), JSON_TYPE],
      [401, '100006'],
    ],
    [
      'a wrong secret at refresh',
      '/refreshToken',
      [JSON.stringify({ appId: APPLICATION, secret: 'x', refreshToken: 'x' }), JSON_TYPE],
      [401, '100208'],
    ],
    ['the logout of an unknown token', '/logout', [JSON.stringify({ accessToken: 'x' }), JSON_TYPE], [403, '1010005']],
    ['a logout without a token', '/logout', ['{}', JSON_TYPE], [400, '100022']],
  ])('refuses %s', async (_, path, [body, headers], [status, code]) => {
    const answer = await post(path, body, headers);
    expect(answer.json).toEqual({ error_code: code, error_desc: expect.any(String) });
    expect(answer.status).toBe(status);
  });

  it('takes the token in the old header access_token, with and without Bearer', async () => {
    const { accessToken } = await logIn();
    expect((await queryWith({ access_token: accessToken })).status).toBe(200);
    expect((await queryWith({ access_token: `Bearer ${accessToken}` })).status).toBe(200);
  });

  it('refuses a good token under another application’s app_key with 1010005', async () => {
    const { accessToken } = await logIn();
    const answer = await queryWith({ app_key: FOREIGN_APPLICATION, authorization: `Bearer ${accessToken}` });
    expect([answer.status, (JSON.parse(answer.body) as { error_code: string }).error_code]).toEqual([403, '1010005']);
  });
});
