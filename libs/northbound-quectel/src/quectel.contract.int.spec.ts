import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { dialectContract, startNorthbound, type RunningNorthbound } from '@downlink/northbound-kit/contracts';
import { quectelFace } from './face.js';
import { QuectelModule } from './quectel.module.js';
import { declareSpecimens, FOREIGN, logIn, OWN, SHADOW, type DeviceEntry } from './spec-support/quectel-client.js';

describe('the Quectel dialect', () => {
  let running: RunningNorthbound;
  let token: string;

  beforeAll(async () => {
    running = await startNorthbound([quectelFace], (ports) => QuectelModule.forRoot(ports));
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

  dialectContract({
    running: () => running,
    authorised: () => ({ authorization: token }),
    withBadToken: () => ({ authorization: `${token}x` }),
    withoutToken: () => ({}),
    create: { method: 'POST', path: `${SHADOW}/dm/sendServiceData` },
    bodyFor: (deviceKey) => bodyOf(deviceKey),
    // The one member that holds whatever the caller likes; `data` is a text, and has boundary tables of its own.
    bodyWithParameters: (parameters) => bodyOf(OWN.deviceKey, parameters),
    ownDevice: OWN.deviceKey,
    foreignDevice: FOREIGN.deviceKey,
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
