import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { dialectContract, startNorthbound, type RunningNorthbound } from '@downlink/northbound-kit/contracts';
import { nativeFace } from './face.js';
import { NativeModule } from './native.module.js';
import {
  ADMIN_KEY,
  APPLICATION_KEY,
  FOREIGN_DEVICE,
  FOREIGN_KEY,
  NativeClient,
  OWN_DEVICE,
  PROVISION,
} from './spec-support/native-client.js';

describe('the native API keeps the contract of all dialects', () => {
  let running: RunningNorthbound;

  beforeAll(async () => {
    running = await startNorthbound([nativeFace], (ports) => NativeModule.forRoot(ports, { adminKey: ADMIN_KEY }));
    const { status } = await new NativeClient(running, ADMIN_KEY).post('/v1/provision', PROVISION);
    expect(status).toBe(200);
  });
  afterAll(() => running.stop());

  const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
  const bodyOf = (deviceId: string, parameters: unknown) => ({
    deviceId,
    service: 'switch',
    method: 'turn',
    parameters,
  });

  dialectContract({
    running: () => running,
    applicationId: 'app-1',
    tokenHeader: 'authorization',
    authorised: () => bearer(APPLICATION_KEY),
    withBadToken: () => bearer('nobodys-key'),
    withoutToken: () => ({}),
    create: { method: 'POST', path: '/v1/commands' },
    bodyFor: (deviceId) => bodyOf(deviceId, { on: true }),
    bodyWithParameters: (parameters) => bodyOf(OWN_DEVICE, parameters),
    ownDevice: OWN_DEVICE,
    foreignDevice: FOREIGN_DEVICE,
    asked: { service: 'switch', method: 'turn' },
    fullBody: () => ({
      ...bodyOf(OWN_DEVICE, { on: true }),
      mode: 'cached',
      lifetimeSeconds: 600,
      maxRetransmit: 2,
      callbackUrl: 'https://203.0.113.7/callback',
      supersede: 'key',
      supersedeKey: 'light',
    }),
    opaqueMembers: ['parameters'],
    deadTokens: {
      replaced: async () => {
        const application = (key: string) => ({ id: 'app-3', name: 'three', credentials: { native: { key } } });
        for (const key of ['first-key-of-app-3', 'second-key-of-app-3'])
          await running.ports.registry.apply({ applications: [application(key)], products: [], devices: [] });
        return bearer('first-key-of-app-3');
      },
      "another application's": async () => bearer(FOREIGN_KEY),
      "the administrator's": async () => bearer(ADMIN_KEY),
      "another dialect's": async () => {
        const ttl = { accessMs: 60_000, refreshMs: 60_000 };
        return bearer((await running.ports.tokens.issue({ id: 'app-1', dialect: 'huawei' }, ttl)).accessToken);
      },
    },
    reads: ({ body }) => {
      const { id } = JSON.parse(body) as { id: string };
      const command = ['', '/history', '/waiting'].map((part) => `/v1/commands/${id}${part}`);
      const device = ['', '/lane', '/stray-answers'].map((part) => `/v1/devices/${OWN_DEVICE}${part}`);
      const lists = ['commands', 'devices', 'products', 'cancel-tasks', 'dead-letters'].map((list) => `/v1/${list}`);
      return [...command, ...device, ...lists].map((path) => ({ method: 'GET', path }));
    },
    expectThrottled: (answer) => {
      const retryAfterSeconds = Number(answer.headers['retry-after']);
      expect(retryAfterSeconds).toBeGreaterThan(0);
      expect(retryAfterSeconds).toBeLessThanOrEqual(60);
      expect(JSON.parse(answer.body)).toMatchObject({ status: 429, code: 'quota-exceeded', retryAfterSeconds });
    },
    expectForbidden: ({ body }) =>
      expect(JSON.parse(body)).toMatchObject({ status: 403, code: 'method-not-permitted' }),
    unknownRoute: '/v1/nothing',
    expectVendorError: ({ status, contentType, body }) => {
      expect(contentType).toBe('application/problem+json; charset=utf-8');
      const problem = JSON.parse(body) as Record<string, unknown>;
      expect(problem).toMatchObject({ status, type: `urn:downlink:problem:${String(problem['code'])}` });
      expect(problem['title']).toEqual(expect.any(String));
      expect(status).toBeGreaterThanOrEqual(400);
    },
  });
});
