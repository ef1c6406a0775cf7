import { exchange, type RunningNorthbound } from '@downlink/northbound-kit/contracts';

export const APPLICATION = 'app-1';
export const SECRET = 's3cret';
export const FOREIGN_APPLICATION = 'app-2';
export const OWN_DEVICE = '6d6c4c3e-3a5f-4f0e-9a3b-2b6f7c1d9e10';
export const FOREIGN_DEVICE = 'c0ffee00-3a5f-4f0e-9a3b-2b6f7c1d9e10';
export const MODELLED_DEVICE = 'device-with-model';
export const COMMANDS = '/iocm/app/cmd/v1.4.0/deviceCommands';
export const CANCEL_TASKS = '/iocm/app/cmd/v1.4.0/deviceCommandCancelTasks';

/** Two applications; the first has a device of a product that takes anything and one of a product with a model. */
export async function declareSpecimens({ ports }: RunningNorthbound): Promise<void> {
  const device = { name: '', activated: true };
  const level = { name: 'level', type: 'integer', min: 0, max: 100, required: true } as const;
  const model = { services: [{ id: 'Brightness', methods: [{ name: 'SET' }, { name: 'DIM', parameters: [level] }] }] };
  await ports.registry.apply({
    applications: [
      { id: APPLICATION, name: 'one', credentials: { huawei: { secret: SECRET } } },
      { id: FOREIGN_APPLICATION, name: 'two', credentials: { huawei: { secret: 'another' } } },
    ],
    products: [
      { key: 'lamp', applicationId: APPLICATION, name: '', wireFormat: 'native', model: null },
      { key: 'lamp-2', applicationId: APPLICATION, name: '', wireFormat: 'huawei', model },
      { key: 'foreign', applicationId: FOREIGN_APPLICATION, name: '', wireFormat: 'native', model: null },
    ],
    devices: [
      { ...device, id: OWN_DEVICE, applicationId: APPLICATION, productKey: 'lamp' },
      { ...device, id: MODELLED_DEVICE, applicationId: APPLICATION, productKey: 'lamp-2' },
      { ...device, id: FOREIGN_DEVICE, applicationId: FOREIGN_APPLICATION, productKey: 'foreign' },
    ],
  });
}

/** Logs in as the SDKs do, with a form; gives the access token. */
export async function logIn(url: string, appId = APPLICATION, secret = SECRET): Promise<string> {
  const answer = await exchange(url, {
    method: 'POST',
    path: '/iocm/app/sec/v1.1.0/login',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ appId, secret }).toString(),
  });
  if (answer.status !== 200) throw new Error(`login answered ${String(answer.status)}: ${answer.body}`);
  return (JSON.parse(answer.body) as { accessToken: string }).accessToken;
}

export interface JsonAnswer {
  readonly status: number;
  readonly text: string;
  readonly body: Record<string, unknown>;
}

/** Calls as an application that has logged in. */
export class HuaweiClient {
  constructor(
    private readonly url: string,
    private readonly headers: Record<string, string>,
  ) {}

  static async of(url: string): Promise<HuaweiClient> {
    return new HuaweiClient(url, { app_key: APPLICATION, authorization: `Bearer ${await logIn(url)}` });
  }

  async call(method: string, path: string, body?: object, headers: Record<string, string> = {}): Promise<JsonAnswer> {
    const answer = await exchange(this.url, {
      method,
      path,
      headers: { ...this.headers, 'content-type': 'application/json', ...headers },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = answer.body;
    return { status: answer.status, text, body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) };
  }

  create(over: object = {}, query = ''): Promise<JsonAnswer> {
    const command = { serviceId: 'Brightness', method: 'SET', paras: { level: 7 } };
    return this.call('POST', COMMANDS + query, { deviceId: OWN_DEVICE, command, ...over });
  }

  query(query = ''): Promise<JsonAnswer> {
    return this.call('GET', COMMANDS + query);
  }

  modify(commandId: string, body: object = { status: 'CANCELED' }): Promise<JsonAnswer> {
    return this.call('PUT', `${COMMANDS}/${commandId}`, body);
  }
}
