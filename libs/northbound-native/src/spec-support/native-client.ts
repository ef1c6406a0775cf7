import type { IncomingHttpHeaders } from 'node:http';
import { expectDocumented } from './documented-answers.js';
import { exchange, type RunningNorthbound } from '@downlink/northbound-kit/contracts';

export const ADMIN_KEY = 'admin-key-of-the-tests';
export const APPLICATION_KEY = 'native-key-of-app-1';
export const FOREIGN_KEY = 'native-key-of-app-2';
export const OWN_DEVICE = 'device-1';
export const FOREIGN_DEVICE = 'device-of-app-2';
export const MODELLED_DEVICE = 'device-with-model';

/** The declaration that the specs start from, in the words of the provisioning file. */
export const PROVISION = {
  applications: [
    { id: 'app-1', name: 'one', native: { key: APPLICATION_KEY } },
    { id: 'app-2', name: 'two', native: { key: FOREIGN_KEY } },
  ],
  products: [
    { key: 'lamp', application: 'app-1', wireFormat: 'native' },
    {
      key: 'modelled',
      application: 'app-1',
      wireFormat: 'huawei',
      model: {
        services: [
          { id: 'switch', methods: [{ name: 'turn' }] },
          {
            id: 'dimmer',
            methods: [
              {
                name: 'set',
                parameters: [
                  { name: 'level', type: 'integer', min: 0, max: 100, required: true },
                  {
                    name: 'steps',
                    type: 'array',
                    items: { type: 'object', members: [{ name: 'ms', type: 'integer' }] },
                  },
                ],
              },
            ],
          },
        ],
      },
    },
    { key: 'foreign', application: 'app-2', wireFormat: 'native' },
  ],
  devices: [
    { id: OWN_DEVICE, application: 'app-1', product: 'lamp', secret: 'device-secret' },
    { id: MODELLED_DEVICE, application: 'app-1', product: 'modelled', secret: 'device-secret' },
    { id: FOREIGN_DEVICE, application: 'app-2', product: 'foreign', secret: 'device-secret' },
  ],
};

export interface JsonAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly body: Record<string, unknown>;
}

/** Calls with one key. Every answer must be as the OpenAPI document says, in whichever spec it comes. */
export class NativeClient {
  constructor(
    private readonly running: Pick<RunningNorthbound, 'url'>,
    private readonly key: string,
  ) {}

  async call(method: string, path: string, body?: unknown, headers = {}): Promise<JsonAnswer> {
    const answer = await exchange(this.running.url, {
      method,
      path,
      headers: { authorization: `Bearer ${this.key}`, 'content-type': 'application/json', ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    expectDocumented(method, path, answer);
    const { body: text, ...rest } = answer;
    return { ...rest, text, body: isJson(answer) ? (JSON.parse(text) as Record<string, unknown>) : {} };
  }

  get(path: string, headers = {}): Promise<JsonAnswer> {
    return this.call('GET', path, undefined, headers);
  }

  post(path: string, body: unknown, headers = {}): Promise<JsonAnswer> {
    return this.call('POST', path, body, headers);
  }

  put(path: string, body: unknown): Promise<JsonAnswer> {
    return this.call('PUT', path, body);
  }

  submit(over: object = {}, headers = {}): Promise<JsonAnswer> {
    const command = { deviceId: OWN_DEVICE, service: 'switch', method: 'turn', parameters: { on: true } };
    return this.post('/v1/commands', { ...command, ...over }, headers);
  }
}

function isJson({ contentType, body }: { readonly contentType: string; readonly body: string }): boolean {
  return body !== '' && contentType.includes('json');
}
