import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { dialectContract, startNorthbound, type RunningNorthbound } from '@downlink/northbound-kit/contracts';
import { eventually } from '@downlink/testing';
import { writeToken } from './authentication/qjwt.js';
import { quectelFace } from './face.js';
import { QuectelModule } from './quectel.module.js';
import {
  APPLICATION,
  declareSpecimens,
  FOREIGN,
  FOREIGN_ACCESS_KEY,
  FOREIGN_ACCESS_SECRET,
  HISTORY,
  logIn,
  OWN,
  SHADOW,
  type DeviceEntry,
} from './spec-support/quectel-client.js';

describe('the Quectel dialect', () => {
  let running: RunningNorthbound;
  let token: string;

  beforeAll(async () => {
    running = await startNorthbound([quectelFace], (ports) =>
      QuectelModule.forRoot(ports, { delivery: { laneCap: 1_000 } }),
    );
    await declareSpecimens(running);
    token = await logIn(running.url);
  });
  afterAll(() => running.stop());

  const bodyOf = (deviceKey: string, extendPara: unknown = {}) => ({
    productKey: OWN.productKey,
    devices: [deviceKey],
    data: '[{"fuwu":[{"raw1":"AA"}]}]',
    extendPara,
  });

  const renew = async () => {
    token = await logIn(running.url);
  };
  const issued = async (dialect: string, accessMs: number) => {
    const ttl = { accessMs, refreshMs: accessMs };
    const { accessToken: opaque } = await running.ports.tokens.issue({ id: APPLICATION, dialect }, ttl);
    const claims = { applicationId: APPLICATION, opaque, issuedAt: Date.now(), expiresAt: Date.now() + accessMs };
    return { opaque, authorization: writeToken(claims) };
  };
  const codeOf = (body: string) => (JSON.parse(body) as { code: number }).code;

  dialectContract({
    running: () => running,
    authorised: () => ({ authorization: token }),
    withBadToken: () => ({ authorization: `${token}x` }),
    withoutToken: () => ({}),
    tokenHeader: 'authorization',
    applicationId: APPLICATION,
    create: { method: 'POST', path: `${SHADOW}/dm/sendServiceData` },
    bodyFor: (deviceKey) => bodyOf(deviceKey),
    // The one member that holds whatever the caller likes; `data` is a text, and has boundary tables of its own.
    bodyWithParameters: (parameters) => bodyOf(OWN.deviceKey, parameters),
    ownDevice: OWN.deviceKey,
    foreignDevice: FOREIGN.deviceKey,
    asked: { service: 'fuwu', method: 'invoke' },
    fullBody: () => ({
      ...bodyOf(OWN.deviceKey, { callbackUrl: 'https://203.0.113.7/callback' }),
      cacheTime: 300,
      isCache: true,
      isCover: true,
      qos: 0,
    }),
    opaqueMembers: [],
    deadTokens: {
      expired: async () => {
        const { opaque, authorization } = await issued('quectel', 1);
        await eventually(async () => expect(await running.ports.tokens.find('quectel', opaque)).toBeUndefined());
        return { authorization };
      },
      replaced: async () => {
        const { authorization } = await issued('quectel', 60_000);
        await issued('quectel', 60_000);
        return { authorization };
      },
      "another application's": async () => ({
        authorization: await logIn(running.url, FOREIGN_ACCESS_KEY, FOREIGN_ACCESS_SECRET),
      }),
      "another dialect's": async () => ({ authorization: (await issued('huawei', 60_000)).authorization }),
      'without QJWT before it': async () => ({ authorization: token.replace('QJWT ', '') }),
      'a Bearer token': async () => ({ authorization: token.replace('QJWT', 'Bearer') }),
    },
    renew,
    reads: ({ body }) => {
      const [entry] = (JSON.parse(body) as { data: DeviceEntry[] }).data;
      const { productKey, deviceKey } = OWN;
      const query = new URLSearchParams({ productKey, deviceKey, ticket: String(entry?.ticket) });
      return [{ method: 'GET', path: `${HISTORY}?${String(query)}` }];
    },
    expectThrottled: ({ body }) => expect(codeOf(body)).toBe(61007),
    expectForbidden: ({ body }) => expect(codeOf(body)).toBe(91005),
    unknownRoute: '/v2/deviceshadow/r3/openapi/nothing',
    expectVendorError: ({ body }) => {
      const { code, msg, data, ...rest } = JSON.parse(body) as Record<string, unknown>;
      expect(rest).toEqual({});
      if (code !== 200) {
        expect(code).toEqual(expect.any(Number));
        expect(msg).toMatch(/./);
        expect(data).toBeNull();
        return;
      }
      const [entry] = data as DeviceEntry[];
      expect(entry).toMatchObject({ code: 70130, ticket: null, message: expect.any(String) });
    },
  });
});
