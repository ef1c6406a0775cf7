import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { exchange, startNorthbound, type RunningNorthbound } from '@downlink/northbound-kit/contracts';
import { encryptionOf } from './authentication/signature.js';
import { EnosModule } from './enos.module.js';
import { enosFaces } from './face.js';
import {
  APP_KEY,
  APP_SECRET,
  APPLICATION,
  declareSpecimens,
  EnosClient,
  freshTimestamp,
} from './spec-support/enos-client.js';
import { readGolden } from './spec-support/read-golden.js';

interface Golden {
  readonly get: { readonly path: string; readonly members: string[] };
  readonly refresh: { readonly path: string; readonly members: string[] };
  readonly response: object;
}
const golden = readGolden<Golden>('token');
const GET = golden.get.path;
const REFRESH = golden.refresh.path;

describe('EnOS, Get and Refresh Access Token', () => {
  let running: RunningNorthbound;

  beforeAll(async () => {
    running = await startNorthbound(enosFaces, (ports) => EnosModule.forRoot(ports));
    await declareSpecimens(running);
  });
  afterAll(() => running.stop());

  let appKey = '';
  let made = 0;
  /** An application of its own for each case, so that failures of one do not make the next wait. */
  beforeEach(async () => {
    appKey = `ak-of-case-${String(made++)}`;
    const enos = { orgId: `org-${appKey}`, appKey, appSecret: APP_SECRET };
    const applications = [{ id: `app-of-${appKey}`, name: '', credentials: { enos } }];
    await running.ports.registry.apply({ applications, products: [], devices: [] });
  });

  const proof = (over: Record<string, unknown> = {}) => {
    const timestamp = freshTimestamp();
    return { appKey, timestamp, encryption: encryptionOf(appKey, timestamp, APP_SECRET), ...over };
  };
  const post = async (path: string, body: unknown) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await exchange(running.url, { method: 'POST', path, headers, body: JSON.stringify(body) });
    const read = JSON.parse(answer.body) as { status: number; data: { accessToken: string; expire: number } | null };
    return { http: answer.status, type: answer.contentType, ...read };
  };
  const tokenOf = async () => (await post(GET, proof())).data!.accessToken;

  it('gives a token of two hours in the documented shape', async () => {
    expect(Object.keys(proof()).sort()).toEqual(golden.get.members.toSorted());
    const { http, type, ...body } = await post(GET, proof());
    expect([http, type]).toEqual([200, 'application/json; charset=utf-8']);
    const data = { accessToken: expect.stringMatching(/^[0-9a-f]{64}$/), expire: 7200 };
    expect(body).toEqual({ ...golden.response, data });
  });

  it('gives the same token again while it is good, with what is left of it', async () => {
    const first = await tokenOf();
    const { data } = await post(GET, proof());
    expect(data?.accessToken).toBe(first);
    expect(data!.expire).toBeGreaterThan(7100);
    expect(data!.expire).toBeLessThanOrEqual(7200);
  });

  it('takes the timestamp as a number as well', async () => {
    const { timestamp, ...rest } = proof();
    expect((await post(GET, { ...rest, timestamp: Number(timestamp) })).status).toBe(0);
  });

  it('refuses what was sent before with 1001, also when it is sent twice at the same time', async () => {
    const once = proof();
    expect((await post(GET, once)).status).toBe(0);
    expect(await post(GET, once)).toMatchObject({ status: 1001, data: null, http: 200 });
    expect(await post(REFRESH, { ...once, accessToken: 'x' })).toMatchObject({ status: 1001 });
    const twice = proof();
    const answers = await Promise.all([post(GET, twice), post(GET, twice), post(GET, twice)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([0, 1001, 1001]);
  });

  it.each<[string, number, () => Record<string, unknown>]>([
    ['an unknown appKey', 1002, () => ({ appKey: 'nobody' })],
    ['a wrong encryption', 1003, () => ({ encryption: 'a'.repeat(64) })],
    ['an encryption in capitals', 1003, () => ({ encryption: proof().encryption.toUpperCase() })],
    [
      'an encryption with another secret',
      1003,
      () => ({ encryption: encryptionOf(appKey, freshTimestamp(), 'other') }),
    ],
    [
      "another application's encryption",
      1003,
      () => ({ encryption: encryptionOf(APP_KEY, freshTimestamp(), APP_SECRET) }),
    ],
    ['a timestamp of an hour ago', 1004, () => ({ timestamp: String(Date.now() - 3_600_000) })],
    ['a timestamp of tomorrow', 1004, () => ({ timestamp: Date.now() + 86_400_000 })],
    ['a timestamp in seconds', 1004, () => ({ timestamp: Math.floor(Date.now() / 1000) })],
    ['a timestamp in words', 1004, () => ({ timestamp: 'now' })],
    ['a timestamp that is no number', 1004, () => ({ timestamp: true })],
    ['a timestamp with a fraction', 1004, () => ({ timestamp: Date.now() + 0.5 })],
    ['an appKey that is a list', 1004, () => ({ appKey: ['ak-1'] })],
    ['an encryption that is a number', 1004, () => ({ encryption: 7 })],
    ['an appKey of 257 characters', 1004, () => ({ appKey: 'x'.repeat(257) })],
    ['no appKey', 1202, () => ({ appKey: undefined })],
    ['an appKey that is null', 1202, () => ({ appKey: null })],
    ['an empty appKey', 1202, () => ({ appKey: '' })],
    ['no timestamp', 1202, () => ({ timestamp: undefined })],
    ['no encryption', 1202, () => ({ encryption: '' })],
  ])('refuses %s with %i', async (_, status, over) => {
    expect(await post(GET, proof(over()))).toEqual({
      http: 200,
      type: 'application/json; charset=utf-8',
      status,
      msg: expect.any(String),
      business: 'apim-token-service',
      data: null,
    });
  });

  it.each([null, [], 'text', 7])('refuses the body %j with 1004', async (body) => {
    expect(await post(GET, body)).toMatchObject({ status: 1004, data: null });
  });

  it('answers an unknown call of its own with 404, in its own envelope', async () => {
    expect(await post('/apim-token-service/v2.0/token/other', proof())).toMatchObject({ http: 404, status: 1004 });
  });

  it('lets wrong encryptions be tried only so often', async () => {
    const wrong = () => post(GET, proof({ encryption: 'b'.repeat(64) }));
    for (let tries = 0; tries < 5; tries++) expect((await wrong()).status).toBe(1003);
    expect(await wrong()).toMatchObject({ http: 429, status: 1004, data: null });
  });

  it('refreshes a good token: the new one is told from then on, the old one is over', async () => {
    expect(Object.keys(proof({ accessToken: 'x' })).sort()).toEqual(golden.refresh.members.toSorted());
    const old = await tokenOf();
    const { status, data } = await post(REFRESH, proof({ accessToken: old }));
    expect([status, data?.expire]).toEqual([0, 7200]);
    expect(data?.accessToken).not.toBe(old);
    expect(await tokenOf()).toBe(data?.accessToken);
    expect(await post(REFRESH, proof({ accessToken: old }))).toMatchObject({ status: 1203, data: null });
  });

  it('refuses a call with the refreshed token at once', async () => {
    const client = await EnosClient.of(running.url);
    expect((await client.invoke({ pendingTtl: '60' })).code).toBe(0);
    const timestamp = freshTimestamp();
    const encryption = encryptionOf(APP_KEY, timestamp, APP_SECRET);
    await post(REFRESH, { appKey: APP_KEY, timestamp, encryption, accessToken: client.token });
    expect((await client.invoke({ pendingTtl: '60' })).code).toBe(1203);
  });

  it('refreshes nothing for a token that is unknown (1203), empty (1202) or another application’s (1204)', async () => {
    const { accessToken } = await running.ports.tokens.issue(
      { id: APPLICATION, dialect: 'enos' },
      { accessMs: 60_000, refreshMs: 60_000 },
    );
    expect((await post(REFRESH, proof({ accessToken: 'never-issued' }))).status).toBe(1203);
    expect((await post(REFRESH, proof({ accessToken: '' }))).status).toBe(1202);
    expect((await post(REFRESH, proof({ accessToken }))).status).toBe(1204);
    expect(await running.ports.tokens.find('enos', accessToken)).toBeDefined();
  });
});
