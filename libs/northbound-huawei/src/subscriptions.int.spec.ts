import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startNorthbound, type RunningNorthbound } from '@downlink/northbound-kit/contracts';
import { huaweiFace } from './face.js';
import { HuaweiModule } from './huawei.module.js';
import type { HuaweiOptions } from './settings.js';
import {
  APPLICATION,
  declareSpecimens,
  FOREIGN_APPLICATION,
  HuaweiClient,
  logIn,
  type JsonAnswer,
} from './spec-support/huawei-client.js';
import { readGolden } from './spec-support/read-golden.js';
import { NOTIFY_TYPES, PUSHED_TYPES } from './wire/subscription.js';

const golden = readGolden<{ request: { callbackUrl: string }; response: object; list: object }>('subscription');
const SUBSCRIPTIONS = '/iocm/app/sub/v1.2.0/subscriptions';
const url = (length: number) => `http://a/${'x'.repeat(length - 9)}`;

const start = async (options: HuaweiOptions = {}) => {
  const running = await startNorthbound([huaweiFace], (ports) => HuaweiModule.forRoot(ports, options));
  await declareSpecimens(running);
  return running;
};
const expectError = ({ status, body }: JsonAnswer, expected: number, code: string) => {
  expect(body).toEqual({ error_code: code, error_desc: expect.any(String) });
  expect(status).toBe(expected);
};

describe('subscriptions', () => {
  let running: RunningNorthbound;
  let client: HuaweiClient;
  let foreigner: HuaweiClient;

  beforeAll(async () => {
    running = await start();
    client = await HuaweiClient.of(running.url);
    const token = await logIn(running.url, FOREIGN_APPLICATION, 'another');
    foreigner = new HuaweiClient(running.url, { app_key: FOREIGN_APPLICATION, authorization: `Bearer ${token}` });
  });
  afterAll(() => running.stop());
  afterEach(async () => {
    for (const by of [client, foreigner]) expect((await by.call('DELETE', SUBSCRIPTIONS)).status).toBe(204);
  });

  const subscribe = (over: object = {}, query = '', by = client) =>
    by.call('POST', SUBSCRIPTIONS + query, { ...golden.request, ...over });
  const list = (query = '', by = client) => by.call('GET', SUBSCRIPTIONS + query);
  const idOf = ({ body }: JsonAnswer) => body['subscriptionId'] as string;
  const types = ({ body }: JsonAnswer) =>
    (body['subscriptions'] as { notifyType: string }[]).map(({ notifyType }) => notifyType);

  it('are made, read one by one and listed in the members of the vendor’s tables', async () => {
    const made = await subscribe();
    expect(made.status).toBe(201);
    expect(made.body).toEqual({ ...golden.response, subscriptionId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    expect(Object.keys(made.body)).toEqual(Object.keys(golden.response));
    const one = await client.call('GET', `${SUBSCRIPTIONS}/${idOf(made)}`);
    expect([one.status, one.body]).toEqual([200, made.body]);
    const listed = await list();
    expect([listed.status, listed.body]).toEqual([200, { ...golden.list, subscriptions: [made.body] }]);
    expect(Object.keys(listed.body)).toEqual(Object.keys(golden.list));
  });

  it('are one for each notification type: a second one is a conflict, whatever its URL', async () => {
    const first = await subscribe();
    expectError(await subscribe(), 409, '100227');
    expectError(await subscribe({ callbackUrl: 'http://other.example/' }), 409, '100227');
    expect((await list()).body['subscriptions']).toEqual([first.body]);
    expect((await subscribe({ notifyType: 'commandRsp' })).status).toBe(201);
    expect((await subscribe({}, '', foreigner)).status).toBe(201);
  });

  it.each(NOTIFY_TYPES)(
    'are taken for %s, and say so where nothing of that type is ever pushed',
    async (notifyType) => {
      const response = await fetch(running.url + SUBSCRIPTIONS, {
        method: 'POST',
        headers: {
          app_key: APPLICATION,
          authorization: `Bearer ${await logIn(running.url)}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify({ ...golden.request, notifyType }),
      });
      client = await HuaweiClient.of(running.url);
      expect(response.status).toBe(201);
      const pushed = (PUSHED_TYPES as readonly string[]).includes(notifyType);
      expect(response.headers.has('downlink-detail')).toBe(!pushed);
    },
  );

  it('are paged by ten, newest first, and found by type', async () => {
    for (const notifyType of NOTIFY_TYPES.slice(0, 12)) await subscribe({ notifyType });
    const expected = NOTIFY_TYPES.slice(0, 12).toReversed();
    expect(types(await list())).toEqual(expected.slice(0, 10));
    const second = await list('?&pageNo=1&pageSize=5');
    expect(types(second)).toEqual(expected.slice(5, 10));
    expect(second.body).toMatchObject({ totalCount: 12, pageNo: 1, pageSize: 5 });
    expect(types(await list('?notifyType=commandRsp'))).toEqual(['commandRsp']);
    expect(types(await list('?notifyType=swUpgradeResultNotify'))).toEqual([]);
  });

  it('are deleted one by one, by type, by URL, or all', async () => {
    const made = await subscribe();
    await subscribe({ notifyType: 'commandRsp', callbackUrl: 'http://other.example/a' });
    await subscribe({ notifyType: 'deviceAdded' });
    await subscribe({ notifyType: 'deviceDeleted' });
    const one = `${SUBSCRIPTIONS}/${idOf(made)}`;
    const gone = await client.call('DELETE', one);
    expect([gone.status, gone.text]).toEqual([204, '']);
    expectError(await client.call('DELETE', one), 404, '100225');
    expectError(await client.call('GET', one), 404, '100225');
    const other = encodeURIComponent('http://other.example/a');
    expect((await client.call('DELETE', `${SUBSCRIPTIONS}?callbackUrl=${other}`)).status).toBe(204);
    expect((await client.call('DELETE', `${SUBSCRIPTIONS}?notifyType=deviceAdded&appId=${APPLICATION}`)).status).toBe(
      204,
    );
    expect(types(await list())).toEqual(['deviceDeleted']);
    expect((await client.call('DELETE', SUBSCRIPTIONS)).status).toBe(204);
    expect(types(await list())).toEqual([]);
  });

  it('are nobody else’s affair', async () => {
    const made = await subscribe();
    const one = `${SUBSCRIPTIONS}/${idOf(made)}`;
    expectError(await foreigner.call('GET', one), 404, '100225');
    expectError(await foreigner.call('DELETE', one), 404, '100225');
    expect((await foreigner.call('DELETE', SUBSCRIPTIONS)).status).toBe(204);
    expect((await list('', foreigner)).body).toMatchObject({ totalCount: 0, subscriptions: [] });
    expect((await list()).body).toMatchObject({ totalCount: 1 });
    const as = `?appId=${APPLICATION}`;
    for (const answer of [await list(as, foreigner), await foreigner.call('GET', one + as)]) {
      expectError(answer, 403, '100217');
    }
    expectError(await subscribe({ appId: APPLICATION }, '', foreigner), 403, '100217');
    expectError(await foreigner.call('DELETE', SUBSCRIPTIONS + as), 403, '100217');
    expectError(await subscribe({ appId: 'nobody' }), 403, '100203');
  });

  it.each<[string, object]>([
    ['a URL of 1024 characters', { callbackUrl: url(1024) }],
    ['an https URL', { callbackUrl: 'https://a/' }],
    ['its own appId', { appId: APPLICATION }],
  ])('take %s', async (_, over) => expect((await subscribe(over)).status).toBe(201));

  it.each<[string, object, string]>([
    ['no type', { notifyType: undefined }, '100022'],
    ['null for a type', { notifyType: null }, '100022'],
    ['an unknown type', { notifyType: 'deviceCmd' }, '100022'],
    ['no URL', { callbackUrl: undefined }, '100222'],
    ['null for a URL', { callbackUrl: null }, '100222'],
    ['an empty URL', { callbackUrl: '' }, '100222'],
    ['a URL of 1025 characters', { callbackUrl: url(1025) }, '100222'],
    ['a URL of another scheme', { callbackUrl: 'ftp://a/' }, '100222'],
    ['a URL that is none', { callbackUrl: 'here' }, '100222'],
    ['an appId of 65 characters', { appId: 'x'.repeat(65) }, '100022'],
  ])('refuse %s', async (_, over, code) => {
    expectError(await subscribe(over), 400, code);
    expect(types(await list())).toEqual([]);
  });

  it.each<[string, number, string]>([
    ['?pageSize=0', 400, '100022'],
    ['?pageSize=1001', 400, '100022'],
    ['?pageNo=-1', 400, '100022'],
    ['?notifyType=nothing', 404, '100225'],
  ])('are not listed with %s', async (query, status, code) => expectError(await list(query), status, code));

  it.each(['x', '0190163d-5c00-7000-8000-000000000000', '%27'])('are not found by the id %s', async (id) =>
    expectError(await client.call('GET', `${SUBSCRIPTIONS}/${id}`), 404, '100225'),
  );
});

describe('callbacks of one server', () => {
  let running: RunningNorthbound;
  let client: HuaweiClient;
  beforeAll(async () => {
    running = await start({ callbacksOfOneServer: true });
    client = await HuaweiClient.of(running.url);
    await client.call('POST', SUBSCRIPTIONS, { ...golden.request, callbackUrl: 'http://app.example/receiver' });
  });
  afterAll(() => running.stop());

  it.each(['http://app.example:80/other', 'http://app.example/x?y'])('takes %s', async (callbackUrl) => {
    expect((await client.create({ callbackUrl })).status).toBe(201);
  });

  it.each(['http://app.example:8080/receiver', 'https://app.example/receiver', 'http://b.example/receiver'])(
    'refuses %s where the installation wants it, in every call that names a callback',
    async (callbackUrl) => {
      expectError(await client.create({ callbackUrl }), 403, '100222');
      const subscription = { ...golden.request, notifyType: 'commandRsp', callbackUrl };
      expectError(await client.call('POST', SUBSCRIPTIONS, subscription), 403, '100222');
    },
  );

  it('takes a command without a callback', async () => expect((await client.create()).status).toBe(201));
});
