import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { dialectContract, startNorthbound, type RunningNorthbound } from '@downlink/northbound-kit/contracts';
import { eventually } from '@downlink/testing';
import { EnosModule } from './enos.module.js';
import { enosFaces } from './face.js';
import {
  APPLICATION,
  COMMANDS,
  declareSpecimens,
  FOREIGN_APPLICATION,
  getToken,
  ORG,
  signed,
} from './spec-support/enos-client.js';

/** The contract knows devices by one name: here it is the key within the first product. */
const callFor = (productKey: string, deviceKey: string) => {
  const query = { action: 'invokeService', orgId: ORG, serviceId: 'dim', pendingTtl: '600', productKey, deviceKey };
  return { method: 'POST', path: `${COMMANDS}?${new URLSearchParams(query).toString()}` };
};

describe('the EnOS dialect keeps the contract of all dialects', () => {
  let running: RunningNorthbound;
  let token: string;

  beforeAll(async () => {
    running = await startNorthbound(enosFaces, (ports) => EnosModule.forRoot(ports, { laneCap: 1_000 }));
    await declareSpecimens(running);
    token = await getToken(running.url);
  });
  afterAll(() => running.stop());

  const headers = (accessToken: string) => ({ 'apim-accesstoken': accessToken });
  const renew = async () => {
    token = await getToken(running.url);
  };
  const issued = async (over: { id?: string; dialect?: string; accessMs?: number }) => {
    const { id = APPLICATION, dialect = 'enos', accessMs = 60_000 } = over;
    return (await running.ports.tokens.issue({ id, dialect }, { accessMs, refreshMs: accessMs })).accessToken;
  };
  const codeOf = (body: string) => (JSON.parse(body) as { code: number }).code;

  dialectContract({
    running: () => running,
    applicationId: APPLICATION,
    tokenHeader: 'apim-accesstoken',
    authorised: () => headers(token),
    withBadToken: () => headers('0123456789abcdef'),
    withoutToken: () => ({}),
    create: callFor('lamp0001', 'dk-1'),
    createFor: (deviceKey) => callFor(deviceKey === 'dk-f' ? 'foreign1' : 'lamp0001', deviceKey),
    sign: signed,
    bodyFor: () => ({ inputData: { level: 7 } }),
    bodyWithParameters: (parameters) => ({ inputData: parameters }),
    ownDevice: 'dk-1',
    foreignDevice: 'dk-f',
    asked: { service: 'dim', method: 'invoke' },
    fullBody: () => ({ inputData: { level: 7 } }),
    opaqueMembers: ['inputData'],
    deadTokens: {
      expired: async () => {
        const short = await issued({ accessMs: 1 });
        await eventually(async () => expect(await running.ports.tokens.find('enos', short)).toBeUndefined());
        return headers(short);
      },
      replaced: async () => {
        const old = await issued({});
        await issued({});
        return headers(old);
      },
      "another application's": async () => headers(await issued({ id: FOREIGN_APPLICATION })),
      "another dialect's": async () => headers(await issued({ dialect: 'quectel' })),
      'signed long ago': async () => ({ ...headers(token), 'apim-timestamp': String(Date.now() - 86_400_000) }),
      'signed tomorrow': async () => ({ ...headers(token), 'apim-timestamp': String(Date.now() + 86_400_000) }),
      'signed in seconds': async () => ({ ...headers(token), 'apim-timestamp': String(Math.floor(Date.now() / 1000)) }),
      'signed in capitals': async () => ({ ...headers(token), 'apim-signature': 'A'.repeat(64) }),
      'signed with another secret': async () => ({ ...headers(token), 'apim-signature': 'a'.repeat(64) }),
    },
    renew,
    reads: ({ body }) => {
      const { commandId } = (JSON.parse(body) as { data: { commandId: string } }).data;
      const query = (action: string, more: object) =>
        `${COMMANDS}?${String(new URLSearchParams({ action, orgId: ORG, ...more }))}`;
      return [
        { method: 'GET', path: query('get', { commandId }) },
        { method: 'POST', path: query('search', {}), body: { pagination: { pageNo: 1, pageSize: 5 } } },
      ];
    },
    expectThrottled: ({ body, headers: { 'retry-after': seconds } }) => {
      expect(codeOf(body)).toBe(99403);
      expect(seconds).toMatch(/^[1-6]?\d$/);
    },
    expectForbidden: ({ body }) => expect(codeOf(body)).toBe(99403),
    unknownRoute: '/connect-service/v2.1/nothing',
    expectVendorError: ({ body }) => {
      const { code, msg, submsg, requestId, data, ...rest } = JSON.parse(body) as Record<string, unknown>;
      expect(code).toEqual(expect.any(Number));
      expect(code).not.toBe(0);
      expect(msg).toEqual(expect.any(String));
      expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
      expect([submsg, data]).toEqual([null, null]);
      expect(rest).toEqual({});
    },
  });
});
