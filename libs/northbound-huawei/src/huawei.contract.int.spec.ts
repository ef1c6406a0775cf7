import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { eventually } from '@downlink/testing';
import {
  dialectContract,
  exchange,
  startNorthbound,
  type ContractAnswer,
  type DialectSubject,
  type RunningNorthbound,
} from '@downlink/northbound-kit/contracts';
import { huaweiFace } from './face.js';
import { HuaweiModule } from './huawei.module.js';
import {
  APPLICATION,
  CANCEL_TASKS,
  COMMANDS,
  declareSpecimens,
  FOREIGN_APPLICATION,
  FOREIGN_DEVICE,
  logIn,
  OWN_DEVICE,
} from './spec-support/huawei-client.js';

/** A call that creates a command, as far as the calls differ. */
type Creation = Pick<
  DialectSubject,
  'create' | 'createFor' | 'bodyFor' | 'bodyWithParameters' | 'fullBody' | 'opaqueMembers'
>;

const bodyOf = (deviceId: string, paras: unknown) => ({
  deviceId,
  command: { serviceId: 'Brightness', method: 'SET', paras },
});
const signaltrans = (deviceId: string) => ({
  method: 'POST',
  path: `/iocm/app/signaltrans/v1.1.0/devices/${encodeURIComponent(deviceId)}/services/Brightness/sendCommand`,
});
const header = { mode: 'ACK', method: 'SET' };

const CREATIONS: Readonly<Record<string, Creation>> = {
  deviceCommands: {
    create: { method: 'POST', path: COMMANDS },
    bodyFor: (deviceId) => bodyOf(deviceId, { level: 7 }),
    bodyWithParameters: (parameters) => bodyOf(OWN_DEVICE, parameters),
    fullBody: () => ({
      ...bodyOf(OWN_DEVICE, { level: 7 }),
      callbackUrl: 'https://203.0.113.7/callback',
      expireTime: 600,
      maxRetransmit: 2,
    }),
    opaqueMembers: ['paras'],
  },
  sendCommand: {
    create: signaltrans(OWN_DEVICE),
    createFor: signaltrans,
    bodyFor: () => ({ header, body: { level: 7 } }),
    bodyWithParameters: (parameters) => ({ header, body: parameters }),
    fullBody: () => ({
      header: {
        ...header,
        from: '/users/u1',
        to: '/d',
        toType: 'GATEWAY',
        callbackURL: 'https://203.0.113.7/callback',
      },
      body: { level: 7 },
    }),
    opaqueMembers: ['body'],
  },
};

describe.each(Object.entries(CREATIONS))('the Huawei dialect keeps the contract of all dialects: %s', (_, creation) => {
  let running: RunningNorthbound;
  let token: string;

  beforeAll(async () => {
    running = await startNorthbound([huaweiFace], (ports) =>
      HuaweiModule.forRoot(ports, { delivery: { laneCap: 1_000 } }),
    );
    await declareSpecimens(running);
    token = await logIn(running.url);
  });
  afterAll(() => running.stop());

  const renew = async () => {
    token = await logIn(running.url);
  };
  const headers = (accessToken: string, appKey = APPLICATION) => ({
    app_key: appKey,
    authorization: `Bearer ${accessToken}`,
  });
  const issued = async (over: { id?: string; dialect?: string; accessMs?: number }) => {
    const { id = APPLICATION, dialect = 'huawei', accessMs = 60_000 } = over;
    return (await running.ports.tokens.issue({ id, dialect }, { accessMs, refreshMs: 60_000 })).accessToken;
  };
  const codeOf = ({ body }: ContractAnswer) => (JSON.parse(body) as { error_code?: string }).error_code;

  dialectContract({
    running: () => running,
    authorised: () => headers(token),
    tokenHeader: 'authorization',
    withBadToken: () => headers('0123456789abcdef'),
    withoutToken: () => ({ app_key: APPLICATION }),
    ...creation,
    ownDevice: OWN_DEVICE,
    foreignDevice: FOREIGN_DEVICE,
    applicationId: APPLICATION,
    asked: { service: 'Brightness', method: 'SET' },
    deadTokens: {
      expired: async () => {
        const short = await issued({ accessMs: 1 });
        await eventually(async () => expect(await running.ports.tokens.find('huawei', short)).toBeUndefined());
        return headers(short);
      },
      replaced: async () => {
        const old = token;
        await renew();
        return headers(old);
      },
      'given up': async () => {
        const body = JSON.stringify({ accessToken: token });
        const path = '/iocm/app/sec/v1.1.0/logout';
        const type = { 'content-type': 'application/json' };
        expect((await exchange(running.url, { method: 'POST', path, headers: type, body })).status).toBe(204);
        return headers(token);
      },
      "another application's": async () => headers(await issued({ id: FOREIGN_APPLICATION }), FOREIGN_APPLICATION),
      "another application's, under our app_key": async () => headers(await issued({ id: FOREIGN_APPLICATION })),
      "another dialect's": async () => headers(await issued({ dialect: 'quectel' })),
    },
    renew,
    reads: () => [
      { method: 'GET', path: `${COMMANDS}?deviceId=${OWN_DEVICE}&pageSize=5` },
      { method: 'GET', path: `${CANCEL_TASKS}?deviceId=${OWN_DEVICE}` },
    ],
    expectThrottled: (answer) => {
      expect(answer).toMatchObject({ status: 403, headers: { 'retry-after': expect.stringMatching(/^[1-6]?\d$/) } });
      expect(codeOf(answer)).toBe('1010009');
    },
    expectForbidden: (answer) => {
      expect(answer.status).toBe(200);
      expect(codeOf(answer)).toBe('100432');
    },
    unknownRoute: '/iocm/app/cmd/v1.4.0/nothing',
    expectVendorError: ({ body }) => {
      const { error_code: code, error_desc: text, ...rest } = JSON.parse(body) as Record<string, unknown>;
      expect(code).toMatch(/^\d{6,7}$/);
      expect(text).toEqual(expect.any(String));
      expect(rest).toEqual({});
    },
  });
});
