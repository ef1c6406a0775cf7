import type { Json } from '@downlink/command-domain';
import type { ProductModel } from '@downlink/command-engine';
import { exchange, type ContractAnswer, type RunningNorthbound } from '@downlink/northbound-kit/contracts';
import { passwordOf } from '../authentication/password.js';
import { importQuectelTsl } from '../tsl/import-quectel-tsl.js';
import { readGolden } from './read-golden.js';

export const APPLICATION = 'app-1';
export const ACCESS_KEY = 'ak';
export const ACCESS_SECRET = 'as';
export const FOREIGN_APPLICATION = 'app-2';
export const FOREIGN_ACCESS_KEY = 'ak2';
export const FOREIGN_ACCESS_SECRET = 'as2';

/** Of a product that takes anything. */
export const OWN = { productKey: 'PK0001', deviceKey: 'DK00001' };
/** Of a product with the thing model of golden/tsl.json. */
export const MODELLED = { productKey: 'PK0002', deviceKey: 'DK00002' };
export const FOREIGN = { productKey: 'PK0009', deviceKey: 'DK00009' };

export const SHADOW = '/v2/deviceshadow/r3/openapi';
export const HISTORY = '/v2/quecdatastorage/r1/openapi/device/data/history';
export const TOKENS = '/v2/quecauth/accessKeyAuthrize';
export const TSL = '/v2/quectsl/openapi/product';

/** The id that a device has besides its key. */
export const idOf = (deviceKey: string): string => `device-${deviceKey}`;

export function goldenModel(): ProductModel {
  const imported = importQuectelTsl(readGolden('tsl'));
  if (!imported.ok) throw new Error(`${imported.path}: ${imported.problem}`);
  return imported.model;
}

/** Two applications with their products and devices; `DK00002`, `DK00003` and the inactive `DK00004` have a thing model. */
export async function declareSpecimens({ ports }: RunningNorthbound): Promise<void> {
  const product = { name: '', wireFormat: 'native' };
  const device = (name: { productKey: string; deviceKey: string }, applicationId: string, activated = true) => ({
    id: idOf(name.deviceKey),
    applicationId,
    productKey: name.productKey,
    key: name.deviceKey,
    name: '',
    activated,
  });
  const modelSource = { format: 'quectel', document: readGolden<Json>('tsl') } as const;
  await ports.registry.apply({
    applications: [
      {
        id: APPLICATION,
        name: 'one',
        credentials: { quectel: { accessKey: ACCESS_KEY, accessSecret: ACCESS_SECRET } },
      },
      {
        id: FOREIGN_APPLICATION,
        name: 'two',
        credentials: { quectel: { accessKey: FOREIGN_ACCESS_KEY, accessSecret: FOREIGN_ACCESS_SECRET } },
      },
    ],
    products: [
      { ...product, key: OWN.productKey, applicationId: APPLICATION, model: null },
      { ...product, key: MODELLED.productKey, applicationId: APPLICATION, model: goldenModel(), modelSource },
      { ...product, key: 'RAW', applicationId: APPLICATION, model: null, attributes: { quectel: { dataFmt: 0 } } },
      { ...product, key: 'TSL', applicationId: APPLICATION, model: null, attributes: { quectel: { dataFmt: 3 } } },
      { ...product, key: FOREIGN.productKey, applicationId: FOREIGN_APPLICATION, model: null },
    ],
    devices: [
      device(OWN, APPLICATION),
      device(MODELLED, APPLICATION),
      device({ ...MODELLED, deviceKey: 'DK00003' }, APPLICATION),
      device({ ...MODELLED, deviceKey: 'DK00004' }, APPLICATION, false),
      device({ productKey: 'RAW', deviceKey: 'DK00005' }, APPLICATION),
      device({ productKey: 'TSL', deviceKey: 'DK00006' }, APPLICATION),
      device(FOREIGN, FOREIGN_APPLICATION),
    ],
  });
}

/** The query of a login, as the vendor's TypeScript client makes it. */
export function loginQuery(accessKey = ACCESS_KEY, secret = ACCESS_SECRET, timestamp = Date.now()): string {
  const username = `ver=1&auth_mode=accessKey&sign_method=sha256&access_key=${accessKey}&timestamp=${String(timestamp)}`;
  return String(new URLSearchParams({ grant_type: 'password', username, password: passwordOf(username, secret) }));
}

/** Logs in; gives the token as it goes into `Authorization`. */
export async function logIn(url: string, accessKey = ACCESS_KEY, secret = ACCESS_SECRET): Promise<string> {
  const path = `${TOKENS}/accessKeyLogin?${loginQuery(accessKey, secret)}`;
  const answer = await exchange(url, { method: 'GET', path, headers: { 'content-type': 'application/json' } });
  const { access_token: token } = JSON.parse(answer.body) as { access_token?: string };
  if (token === undefined) throw new Error(`login answered ${String(answer.status)}: ${answer.body}`);
  return token;
}

export interface JsonAnswer {
  readonly status: number;
  readonly code: number;
  readonly body: Record<string, unknown>;
  readonly detail: string | undefined;
}

/** Reads an answer of this dialect. */
export function readAnswer({ status, body, headers }: ContractAnswer): JsonAnswer {
  const json = JSON.parse(body) as Record<string, unknown>;
  return { status, code: Number(json['code']), body: json, detail: headers['downlink-detail'] as string | undefined };
}

/** Calls as an application that has logged in. */
export class QuectelClient {
  constructor(
    private readonly url: string,
    private readonly token: string,
  ) {}

  static async of(url: string, accessKey = ACCESS_KEY, secret = ACCESS_SECRET): Promise<QuectelClient> {
    return new QuectelClient(url, await logIn(url, accessKey, secret));
  }

  async call(method: string, path: string, body?: unknown): Promise<JsonAnswer> {
    const headers = { authorization: this.token, 'content-type': 'application/json' };
    return readAnswer(
      await exchange(this.url, { method, path, headers, ...(body !== undefined && { body: JSON.stringify(body) }) }),
    );
  }

  /** A TSL call for the device of a product that takes anything, unless told otherwise. */
  tsl(call: string, data: unknown, over: object = {}, query = ''): Promise<JsonAnswer> {
    const text = typeof data === 'string' ? data : JSON.stringify(data);
    const { productKey, deviceKey } = OWN;
    return this.call('POST', `${SHADOW}/dm/${call}${query}`, { productKey, devices: [deviceKey], data: text, ...over });
  }

  service(over: object = {}, query = ''): Promise<JsonAnswer> {
    return this.tsl('sendServiceData', [{ fuwu: [{ raw1: 'AA' }] }], over, query);
  }

  raw(over: object = {}, query = ''): Promise<JsonAnswer> {
    return this.call('POST', `${SHADOW}/raw/sendData${query}`, {
      data: '123',
      encode: 'Text',
      devices: [OWN],
      ...over,
    });
  }

  history(query: string): Promise<JsonAnswer> {
    return this.call('GET', `${HISTORY}?${query}`);
  }
}

export interface DeviceEntry {
  readonly code: number;
  readonly productKey: string;
  readonly deviceKey: string;
  readonly ticket: string | null;
  readonly message: string | null;
}

export function entriesOf({ body }: JsonAnswer): DeviceEntry[] {
  return body['data'] as DeviceEntry[];
}
