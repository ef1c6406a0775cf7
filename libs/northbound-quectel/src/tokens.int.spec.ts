import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { exchange, startNorthbound, type RunningNorthbound } from '@downlink/northbound-kit/contracts';
import { quectelFace } from './face.js';
import { QuectelModule } from './quectel.module.js';
import {
  ACCESS_KEY,
  ACCESS_SECRET,
  APPLICATION,
  declareSpecimens,
  FOREIGN_ACCESS_KEY,
  FOREIGN_ACCESS_SECRET,
  logIn,
  loginQuery,
  OWN,
  readAnswer,
  SHADOW,
  TOKENS,
} from './spec-support/quectel-client.js';
import { readGolden } from './spec-support/read-golden.js';

const golden = readGolden<{ response: object; failure: object }>('login');
const JSON_TYPE = { 'content-type': 'application/json' };

describe('tokens', () => {
  let running: RunningNorthbound;

  beforeAll(async () => {
    running = await startNorthbound([quectelFace], (ports) => QuectelModule.forRoot(ports));
    await declareSpecimens(running);
  });
  afterAll(() => running.stop());

  const ask = async (path: string, method = 'GET', body?: string, headers: Record<string, string> = JSON_TYPE) =>
    readAnswer(
      await exchange(running.url, { method, path: TOKENS + path, headers, ...(body !== undefined && { body }) }),
    );
  const logInBy = (query: string) => ask(`/accessKeyLogin?${query}`);
  const refresh = (token: string) =>
    ask(`/refreshToken?${String(new URLSearchParams({ grant_type: 'refresh_token', refresh_token: token }))}`);
  /** A call with this in `Authorization`; `code` 200 when the token was good. */
  const callWith = async (authorization?: string, url = running.url) => {
    const body = JSON.stringify({ productKey: OWN.productKey, devices: ['nobody'], data: '[{"fuwu":[]}]' });
    const headers = { ...JSON_TYPE, ...(authorization !== undefined && { authorization }) };
    return readAnswer(await exchange(url, { method: 'POST', path: `${SHADOW}/dm/sendServiceData`, headers, body }));
  };
  /** The right password under a user name with this put in it. */
  const failing = async (query: string, code = 90047) => {
    const answer = await logInBy(query);
    expect(answer).toMatchObject({ status: 200, code, body: { msg: expect.any(String), error: expect.any(String) } });
    expect(Object.keys(answer.body).toSorted()).toEqual(Object.keys(golden.failure).toSorted());
  };

  describe('of a login', () => {
    it('come as the vendor’s example has it', async () => {
      const { status, body } = await logInBy(loginQuery());
      expect(status).toBe(200);
      expect(body).toEqual({
        ...golden.response,
        access_token: expect.stringMatching(/^QJWT [\w-]+\.[\w-]+\.[\w-]+$/),
        expires_in: expect.any(Number),
      });
      expect(Object.keys(body)).toEqual(Object.keys(golden.response));
      expect(body['expires_in']).toBeGreaterThan(86_390);
    });

    it('are the same again, for a new login and for one that is repeated as it is', async () => {
      const token = await logIn(running.url);
      const query = loginQuery();
      for (const again of [query, query]) {
        expect(await logInBy(again)).toMatchObject({ code: 200, body: { access_token: token } });
      }
    });

    it.each<[string, string | undefined, Record<string, string>, string]>([
      ['in the query', undefined, {}, loginQuery()],
      ['in the query, with an empty body that is announced as JSON', '', JSON_TYPE, loginQuery()],
      ['in a form', loginQuery(), { 'content-type': 'application/x-www-form-urlencoded' }, ''],
      ['in JSON', JSON.stringify(Object.fromEntries(new URLSearchParams(loginQuery()))), JSON_TYPE, ''],
    ])('by POST come for parameters %s', async (_, body, headers, query) => {
      expect(await ask(`/accessKeyLogin?${query}`, 'POST', body, headers)).toMatchObject({ status: 200, code: 200 });
    });

    it('open the calls', async () => {
      expect(await callWith(await logIn(running.url))).toMatchObject({ status: 200, code: 200 });
    });
  });

  describe('are refused', () => {
    it('to a wrong password, an unknown access key and another application’s secret alike', async () => {
      await failing(loginQuery(ACCESS_KEY, 'wrong'));
      await failing(loginQuery('nobody', ACCESS_SECRET));
      await failing(loginQuery(ACCESS_KEY, FOREIGN_ACCESS_SECRET));
      const { body } = await logInBy(`${loginQuery(ACCESS_KEY, 'wrong')}&language=EN`);
      expect(body).toEqual(golden.failure);
    });

    it.each([-601_000, 601_000])('to a login %d ms away, however right', (ms) =>
      failing(loginQuery(ACCESS_KEY, ACCESS_SECRET, Date.now() + ms)),
    );
    it.each([-590_000, 590_000])('not to one %d ms away', async (ms) => {
      expect(await logInBy(loginQuery(ACCESS_KEY, ACCESS_SECRET, Date.now() + ms))).toMatchObject({ code: 200 });
    });

    it.each([
      '',
      'grant_type=password',
      loginQuery().replace('grant_type=password', 'grant_type=client'),
      loginQuery().replace(/username=[^&]*/, 'username='),
      loginQuery().replace('username', 'name'),
      loginQuery().replace('password=', 'password=&password='),
    ])('to a login without its parameters, with 50005: %s', (query) => failing(query, 50005));

    it('to who has tried too often, with 61007 and a time to come again', async () => {
      for (let tries = 0; tries < 5; tries++) await logInBy(loginQuery('guessed', 'wrong'));
      const answer = await exchange(running.url, {
        method: 'GET',
        path: `${TOKENS}/accessKeyLogin?${loginQuery('guessed', 'wrong')}`,
        headers: {},
      });
      expect(readAnswer(answer)).toMatchObject({ status: 200, code: 61007 });
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
      expect(await logInBy(loginQuery())).toMatchObject({ code: 200 });
    });
  });

  describe('when they are shown', () => {
    it.each<[string, (good: string) => string | undefined, number]>([
      ['not at all', () => undefined, 91001],
      ['empty', () => '', 91001],
      ['as Bearer', (good) => good.replace('QJWT', 'Bearer'), 91004],
      ['without their word', (good) => good.replace('QJWT ', ''), 91004],
      ['with a letter more', (good) => `${good}x`, 91004],
      ['with a letter less', (good) => good.slice(0, -1), 91004],
      ['in another case', (good) => good.toLowerCase(), 91004],
      ['twice', (good) => `${good} ${good}`, 91004],
      ['made up', () => 'QJWT a.b.c', 91004],
      ['10,000 characters long', () => `QJWT ${'x'.repeat(10_000)}`, 91004],
    ])('%s are refused', async (_, show, code) => {
      expect(await callWith(show(await logIn(running.url)))).toMatchObject({ status: 200, code, body: { data: null } });
    });

    it('are an application’s own', async () => {
      const foreign = await logIn(running.url, FOREIGN_ACCESS_KEY, FOREIGN_ACCESS_SECRET);
      expect(await callWith(foreign)).toMatchObject({ code: 70089 });
    });

    it('after they have been revoked are refused within 5 s, also where they are remembered', async () => {
      const token = await logIn(running.url);
      expect(await callWith(token)).toMatchObject({ code: 200 });
      const current = await running.ports.tokens.current(
        { id: APPLICATION, dialect: 'quectel' },
        { accessMs: 1, refreshMs: 1 },
      );
      await running.ports.tokens.revoke('quectel', current.accessToken);
      const revokedAt = performance.now();
      while ((await callWith(token)).code === 200) expect(performance.now() - revokedAt).toBeLessThan(6_000);
      expect(await callWith(token)).toMatchObject({ code: 91004 });
    });
  });

  describe('that are refreshed', () => {
    it('stay as they are while they are young', async () => {
      const token = await logIn(running.url);
      expect(await refresh(token)).toMatchObject({ status: 200, code: 200, body: { access_token: token, msg: 'OK' } });
      expect(await refresh(token.slice('QJWT '.length))).toMatchObject({ body: { access_token: token } });
    });

    it.each([
      ['made up', 'QJWT a.b.c', 91004],
      ['empty', '', 50005],
    ])('are no new ones for one that is %s', async (_, token, code) => {
      expect(await refresh(token)).toMatchObject({ status: 200, code, body: { error: expect.any(String) } });
    });

    it('are new ones when they are older, and the old one ends', async () => {
      const other = await startNorthbound([quectelFace], (ports) =>
        QuectelModule.forRoot(ports, { refreshAfterMs: 0 }),
      );
      try {
        await declareSpecimens(other);
        const old = await logIn(other.url);
        // It is remembered from now on.
        expect(await callWith(old, other.url)).toMatchObject({ code: 200 });
        const query = String(new URLSearchParams({ grant_type: 'refresh_token', refresh_token: old }));
        const path = `${TOKENS}/refreshToken?${query}`;
        const { body } = readAnswer(await exchange(other.url, { method: 'GET', path, headers: {} }));
        expect(body['access_token']).not.toBe(old);
        expect(await callWith(body['access_token'] as string, other.url)).toMatchObject({ code: 200 });
        expect(await callWith(old, other.url)).toMatchObject({ code: 91004 });
      } finally {
        await other.stop();
      }
    });

    it('end by themselves', async () => {
      const other = await startNorthbound([quectelFace], (ports) => QuectelModule.forRoot(ports, { tokenMs: 1_500 }));
      try {
        await declareSpecimens(other);
        const { body } = readAnswer(
          await exchange(other.url, { method: 'GET', path: `${TOKENS}/accessKeyLogin?${loginQuery()}`, headers: {} }),
        );
        expect(body['expires_in']).toBe(1);
        const token = body['access_token'] as string;
        while ((await other.ports.tokens.find('quectel', jtiOf(token))) !== undefined) continue;
        expect(await callWith(token, other.url)).toMatchObject({ code: 91004 });
      } finally {
        await other.stop();
      }
    });
  });
});

function jtiOf(token: string): string {
  const [, payload = ''] = token.split('.');
  return (JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as { jti: string }).jti;
}
