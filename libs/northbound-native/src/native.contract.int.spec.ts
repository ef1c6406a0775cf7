import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { dialectContract, startNorthbound, type RunningNorthbound } from '@downlink/northbound-kit/contracts';
import { nativeFace } from './face.js';
import { NativeModule } from './native.module.js';
import {
  ADMIN_KEY,
  APPLICATION_KEY,
  FOREIGN_DEVICE,
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

  const bodyOf = (deviceId: string, parameters: unknown) => ({
    deviceId,
    service: 'switch',
    method: 'turn',
    parameters,
  });

  dialectContract({
    running: () => running,
    authorised: () => ({ authorization: `Bearer ${APPLICATION_KEY}` }),
    withBadToken: () => ({ authorization: 'Bearer nobodys-key' }),
    withoutToken: () => ({}),
    create: { method: 'POST', path: '/v1/commands' },
    bodyFor: (deviceId) => bodyOf(deviceId, { on: true }),
    bodyWithParameters: (parameters) => bodyOf(OWN_DEVICE, parameters),
    ownDevice: OWN_DEVICE,
    foreignDevice: FOREIGN_DEVICE,
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
