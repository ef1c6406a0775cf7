import { createHash } from 'node:crypto';
import type { Submissions } from './accepts.js';
import { creations } from './accepts.js';

/** Where the API listens, and the devices that a dialect's load is for. */
export interface DialectLoad {
  readonly origin: string;
  readonly productKey: string;
  readonly deviceIds: readonly string[];
}

/** The credentials of one application in all four APIs. */
export const CREDENTIALS = {
  native: { key: 'bench-native-key' },
  huawei: { secret: 'bench-huawei-secret' },
  enos: { orgId: 'bench-org', appKey: 'bench-app-key', appSecret: 'bench-app-secret' },
  quectel: { accessKey: 'bench-access-key', accessSecret: 'bench-access-secret' },
} as const;
export const APPLICATION_ID = 'bench';

const JSON_BODY = { 'content-type': 'application/json' };
const INPUTS = { on: true, level: 42, reason: 'benchmark of the round trip' };
const LIFETIME_S = 3600;

/** The same command, cached for an hour, said in each API's own words; logged in. @throws Error when a login is refused */
export const DIALECTS: Readonly<Record<string, (load: DialectLoad) => Promise<Submissions>>> = {
  native: async ({ origin, deviceIds }) => {
    const headers = { ...JSON_BODY, authorization: `Bearer ${CREDENTIALS.native.key}` };
    return forEachDevice(origin, 201, deviceIds, (deviceId) => ({
      path: '/v1/commands',
      headers,
      body: JSON.stringify({
        deviceId,
        service: 'switch',
        method: 'turn',
        parameters: INPUTS,
        lifetimeSeconds: LIFETIME_S,
        maxRetransmit: 3,
      }),
    }));
  },
  huawei: async ({ origin, deviceIds }) => {
    const body = new URLSearchParams({ appId: APPLICATION_ID, secret: CREDENTIALS.huawei.secret });
    const { accessToken } = await answerOf(`${origin}/iocm/app/sec/v1.1.0/login`, { method: 'POST', body });
    const headers = { app_key: APPLICATION_ID, authorization: `Bearer ${String(accessToken)}` };
    return creations({ name: 'huawei', url: `${origin}/iocm/app/cmd/v1.4.0/deviceCommands`, headers }, deviceIds);
  },
  enos: async ({ origin, productKey, deviceIds }) => {
    const { orgId, appSecret } = CREDENTIALS.enos;
    const token = await enosToken(origin);
    const body = JSON.stringify({ inputData: INPUTS });
    return forEachDevice(origin, 200, deviceIds, (deviceKey) => {
      const query = {
        action: 'invokeService',
        deviceKey,
        orgId,
        pendingTtl: String(LIFETIME_S),
        productKey,
        serviceId: 'switch',
      };
      const timestamp = String(Date.now());
      const signed = Object.entries(query).flat().join('');
      const headers = {
        ...JSON_BODY,
        'apim-accesstoken': token,
        'apim-timestamp': timestamp,
        'apim-signature': sha256(token + signed + body + timestamp + appSecret),
      };
      return { path: `/connect-service/v2.1/commands?${new URLSearchParams(query).toString()}`, headers, body };
    });
  },
  quectel: async ({ origin, productKey, deviceIds }) => {
    const { accessKey, accessSecret } = CREDENTIALS.quectel;
    const username = `ver=1&auth_mode=accessKey&sign_method=sha256&access_key=${accessKey}&timestamp=${String(Date.now())}`;
    const query = new URLSearchParams({ grant_type: 'password', username, password: sha256(username + accessSecret) });
    const path = '/v2/quecauth/accessKeyAuthrize/accessKeyLogin';
    const { access_token: token } = await answerOf(`${origin}${path}?${query.toString()}`, { method: 'GET' });
    const headers = { ...JSON_BODY, authorization: String(token) };
    const inputs = Object.entries(INPUTS).map(([name, value]) => ({ [name]: String(value) }));
    const data = JSON.stringify([{ switch: inputs }]);
    return forEachDevice(origin, 200, deviceIds, (deviceKey) => ({
      path: '/v2/deviceshadow/r3/openapi/dm/sendServiceData?language=EN',
      headers,
      body: JSON.stringify({ productKey, devices: [deviceKey], data, isCache: true, cacheTime: LIFETIME_S }),
    }));
  },
};

/** Gets a token of EnOS' own gateway of APIs. */
async function enosToken(origin: string): Promise<string> {
  const { appKey, appSecret } = CREDENTIALS.enos;
  const timestamp = String(Date.now());
  const body = JSON.stringify({ appKey, timestamp, encryption: sha256(appKey + timestamp + appSecret) });
  const path = '/apim-token-service/v2.0/token/get';
  const { data } = await answerOf(`${origin}${path}`, { method: 'POST', headers: JSON_BODY, body });
  return (data as { accessToken: string }).accessToken;
}

function forEachDevice(
  origin: string,
  acceptedStatus: number,
  deviceIds: readonly string[],
  request: (deviceId: string) => ReturnType<Submissions['next']>,
): Submissions {
  // Made and signed beforehand: the generator shares the processors with what it measures. Signatures hold for minutes.
  const requests = deviceIds.map(request);
  let next = 0;
  return { origin, acceptedStatus, next: () => requests[next++ % requests.length]! };
}

async function answerOf(url: string, init: RequestInit): Promise<Record<string, unknown>> {
  const response = await fetch(url, init);
  const text = await response.text();
  if (!response.ok) throw new Error(`${url.split('?')[0]!} answered ${String(response.status)}: ${text}`);
  return JSON.parse(text) as Record<string, unknown>;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
