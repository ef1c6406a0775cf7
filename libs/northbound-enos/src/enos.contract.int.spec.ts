import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { dialectContract, startNorthbound, type RunningNorthbound } from '@downlink/northbound-kit/contracts';
import { EnosModule } from './enos.module.js';
import { enosFaces } from './face.js';
import { COMMANDS, declareSpecimens, getToken, ORG, signed } from './spec-support/enos-client.js';

/** The contract knows devices by one name: here it is the key within the first product. */
const callFor = (productKey: string, deviceKey: string) => {
  const query = { action: 'invokeService', orgId: ORG, serviceId: 'dim', pendingTtl: '600', productKey, deviceKey };
  return { method: 'POST', path: `${COMMANDS}?${new URLSearchParams(query).toString()}` };
};

describe('the EnOS dialect keeps the contract of all dialects', () => {
  let running: RunningNorthbound;
  let token: string;

  beforeAll(async () => {
    running = await startNorthbound(enosFaces, (ports) => EnosModule.forRoot(ports, { laneCap: 100 }));
    await declareSpecimens(running);
    token = await getToken(running.url);
  });
  afterAll(() => running.stop());

  dialectContract({
    running: () => running,
    authorised: () => ({ 'apim-accesstoken': token }),
    withBadToken: () => ({ 'apim-accesstoken': '0123456789abcdef' }),
    withoutToken: () => ({}),
    create: callFor('lamp0001', 'dk-1'),
    createFor: (deviceKey) => callFor(deviceKey === 'dk-f' ? 'foreign1' : 'lamp0001', deviceKey),
    sign: signed,
    bodyFor: () => ({ inputData: { level: 7 } }),
    bodyWithParameters: (parameters) => ({ inputData: parameters }),
    ownDevice: 'dk-1',
    foreignDevice: 'dk-f',
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
