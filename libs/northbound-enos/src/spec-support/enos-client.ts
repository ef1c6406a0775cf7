import { encryptionOf, signatureOf } from '../authentication/signature.js';
import { exchange, type ContractRequest, type RunningNorthbound } from '@downlink/northbound-kit/contracts';

export const APPLICATION = 'app-1';
export const ORG = 'org-1';
export const APP_KEY = 'ak-1';
export const APP_SECRET = 'as-1';
export const FOREIGN_APPLICATION = 'app-2';
export const FOREIGN_ORG = 'org-2';
export const PRODUCT = 'lamp0001';
export const MODELLED_PRODUCT = 'model001';
export const COMMANDS = '/connect-service/v2.1/commands';
export const OWN_DEVICE = { productKey: PRODUCT, deviceKey: 'dk-1' } as const;
export const OWN_DEVICE_ID = 'device-1';
export const OWN_ASSET = 'asset-1';

/** A device named as the query of a call names it. */
export type DeviceName = Readonly<Record<string, string>>;

export function enosCredentials(orgId: string, appKey: string, appSecret: string) {
  return { enos: { orgId, appKey, appSecret } };
}

/** Two applications, each with a product that takes anything; the first has a device of it, known by its asset and its key. */
export async function declareSpecimens({ ports }: RunningNorthbound): Promise<void> {
  await ports.registry.apply({
    applications: [
      { id: APPLICATION, name: 'one', credentials: enosCredentials(ORG, APP_KEY, APP_SECRET) },
      { id: FOREIGN_APPLICATION, name: 'two', credentials: enosCredentials(FOREIGN_ORG, 'ak-2', 'as-2') },
    ],
    products: [
      { key: PRODUCT, applicationId: APPLICATION, name: '', wireFormat: 'enos', model: null },
      { key: 'foreign1', applicationId: FOREIGN_APPLICATION, name: '', wireFormat: 'enos', model: null },
    ],
    devices: [],
  });
  await declareDevice({ ports }, 'device-1', { key: 'dk-1', assetId: OWN_ASSET });
  await ports.registry.apply({
    applications: [],
    products: [],
    devices: [
      {
        id: 'foreign-1',
        applicationId: FOREIGN_APPLICATION,
        productKey: 'foreign1',
        name: '',
        activated: true,
        key: 'dk-f',
        assetId: 'asset-f',
      },
    ],
  });
}

interface DeviceWords {
  readonly key?: string;
  readonly assetId?: string;
  readonly productKey?: string;
  readonly activated?: boolean;
  readonly attributes?: Record<string, Record<string, string>>;
}

/** A device of the first application; activated, and of the product that takes anything, unless it says otherwise. */
export async function declareDevice(
  { ports }: Pick<RunningNorthbound, 'ports'>,
  id: string,
  words: DeviceWords,
): Promise<void> {
  const device = { id, applicationId: APPLICATION, productKey: PRODUCT, name: '', activated: true, ...words };
  await ports.registry.apply({ applications: [], products: [], devices: [device] });
}

let lastTimestamp = 0;

/** The current time; never the same twice, because the same `encryption` is taken once. */
export function freshTimestamp(): string {
  lastTimestamp = Math.max(lastTimestamp + 1, Date.now());
  return String(lastTimestamp);
}

/** Gets an access token as the vendor's clients do. */
export async function getToken(url: string, appKey = APP_KEY, appSecret = APP_SECRET): Promise<string> {
  const timestamp = freshTimestamp();
  const { body } = await exchange(url, {
    method: 'POST',
    path: '/apim-token-service/v2.0/token/get',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ appKey, timestamp, encryption: encryptionOf(appKey, timestamp, appSecret) }),
  });
  const { data } = JSON.parse(body) as { data: { accessToken: string } | null };
  if (data === null) throw new Error(`no token: ${body}`);
  return data.accessToken;
}

/** The request with the headers that sign it; one without a token has nothing to sign with and stays as it is. */
export function signed(request: ContractRequest, appSecret = APP_SECRET): ContractRequest {
  const accessToken = request.headers['apim-accesstoken'];
  if (accessToken === undefined) return request;
  const timestamp = request.headers['apim-timestamp'] ?? String(Date.now());
  const query = Object.fromEntries(new URLSearchParams(request.path.split('?')[1] ?? ''));
  const signature = signatureOf({ accessToken, timestamp, query, body: Buffer.from(request.body ?? '') }, appSecret);
  return {
    ...request,
    headers: { 'apim-timestamp': timestamp, 'apim-signature': signature, ...request.headers },
  };
}

export interface EnosAnswer {
  readonly status: number;
  readonly code: number;
  readonly msg: string;
  readonly submsg: string | null;
  readonly requestId: string;
  readonly data: never;
  readonly pagination?: Record<string, unknown>;
}

/** Calls as an application that has a token. */
export class EnosClient {
  constructor(
    private readonly url: string,
    readonly token: string,
    private readonly appSecret = APP_SECRET,
  ) {}

  static async of(url: string, appKey = APP_KEY, appSecret = APP_SECRET): Promise<EnosClient> {
    return new EnosClient(url, await getToken(url, appKey, appSecret), appSecret);
  }

  async call(method: string, path: string, query: DeviceName, body?: object): Promise<EnosAnswer> {
    const request = {
      method,
      path: `${path}?${new URLSearchParams(query).toString()}`,
      headers: { 'apim-accesstoken': this.token, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    };
    const answer = await exchange(this.url, signed(request, this.appSecret));
    return { status: answer.status, ...(JSON.parse(answer.body) as Omit<EnosAnswer, 'status'>) };
  }

  /** A call about commands of the first device unless the query names another. */
  commands(method: string, action: string, query: DeviceName = {}, body?: object): Promise<EnosAnswer> {
    const named = 'assetId' in query || 'deviceKey' in query ? {} : OWN_DEVICE;
    return this.call(method, COMMANDS, { action, orgId: ORG, ...named, ...query }, body);
  }

  invoke(query: DeviceName = {}, body: object = { inputData: { level: 7 } }): Promise<EnosAnswer> {
    return this.commands('POST', 'invokeService', { serviceId: 'dim', ...query }, body);
  }
}
