import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { dialectContract, startNorthbound, type RunningNorthbound } from '@downlink/northbound-kit/contracts';
import { huaweiFace } from './face.js';
import { HuaweiModule } from './huawei.module.js';
import { APPLICATION, declareSpecimens, FOREIGN_DEVICE, logIn, OWN_DEVICE } from './spec-support/huawei-client.js';

describe('the Huawei dialect keeps the contract of all dialects', () => {
  let running: RunningNorthbound;
  let token: string;

  beforeAll(async () => {
    running = await startNorthbound([huaweiFace], (ports) =>
      HuaweiModule.forRoot(ports, { delivery: { laneCap: 100 } }),
    );
    await declareSpecimens(running);
    token = await logIn(running.url);
  });
  afterAll(() => running.stop());

  const bodyOf = (deviceId: string, paras: unknown) => ({
    deviceId,
    command: { serviceId: 'Brightness', method: 'SET', paras },
  });

  dialectContract({
    running: () => running,
    authorised: () => ({ app_key: APPLICATION, authorization: `Bearer ${token}` }),
    withBadToken: () => ({ app_key: APPLICATION, authorization: 'Bearer 0123456789abcdef' }),
    withoutToken: () => ({ app_key: APPLICATION }),
    create: { method: 'POST', path: '/iocm/app/cmd/v1.4.0/deviceCommands' },
    bodyFor: (deviceId) => bodyOf(deviceId, { level: 7 }),
    bodyWithParameters: (parameters) => bodyOf(OWN_DEVICE, parameters),
    ownDevice: OWN_DEVICE,
    foreignDevice: FOREIGN_DEVICE,
    unknownRoute: '/iocm/app/cmd/v1.4.0/nothing',
    expectVendorError: ({ body }) => {
      const { error_code: code, error_desc: text, ...rest } = JSON.parse(body) as Record<string, unknown>;
      expect(code).toMatch(/^\d{6,7}$/);
      expect(text).toEqual(expect.any(String));
      expect(rest).toEqual({});
    },
  });
});
