import { randomBytes } from 'node:crypto';
import { eventually } from '@downlink/testing';
import type { System } from '../system/system.js';
import type { EnosCredentials } from './enos-caller.js';
import { httpCall, type Answer } from './http-call.js';
import type { QuectelCredentials } from './quectel-caller.js';

export const COMMANDS = '/iocm/app/cmd/v1.4.0/deviceCommands';
type Fields = Record<string, unknown>;

export interface History {
  readonly events: readonly (Fields & { readonly version: number; readonly type: string })[];
  readonly attempts: readonly Fields[];
  readonly webhooks: readonly {
    readonly id: string;
    readonly body: string;
    readonly status: string;
    readonly attempts: readonly (Fields & { readonly outcome: string })[];
  }[];
}

export const WIRE_FORMATS = ['native', 'huawei', 'enos', 'quectel'] as const;
export type WireFormat = (typeof WIRE_FORMATS)[number];

/** What an EnOS device must be subscribed to exactly: nobody knows it without a model. */
const MODEL = {
  services: [
    {
      id: 'Brightness',
      methods: ['SET', 'invoke'].map((name) => ({ name, parameters: [{ name: 'level', type: 'integer' }] })),
    },
  ],
};

/** An application of its own, with products of all wire formats, that speaks Huawei's API and reads the native history. */
export class Application {
  private constructor(
    private readonly system: System,
    readonly id: string,
    /** `token` is of Huawei's API, `secret` for the other vendors'. */
    private readonly keys: { readonly native: string; readonly token: string; readonly secret: string },
  ) {}

  static async set(system: System): Promise<Application> {
    const id = `app-${randomBytes(5).toString('hex')}`;
    const [secret, key] = [randomBytes(12).toString('hex'), randomBytes(24).toString('hex')];
    await provision(system, {
      applications: [
        { id, native: { key }, huawei: { secret }, enos: enosOf(id, secret), quectel: quectelOf(id, secret) },
      ],
      products: WIRE_FORMATS.map((wireFormat) => ({
        key: `${id}-${wireFormat}`,
        application: id,
        wireFormat,
        ...(wireFormat === 'enos' && { model: MODEL }),
      })),
    });
    const body = new URLSearchParams({ appId: id, secret }).toString();
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const login = await httpCall(`${system.apiUrl}/iocm/app/sec/v1.1.0/login`, { method: 'POST', headers, body });
    if (login.status !== 200) throw new Error(`login answered ${login.status}: ${login.text}`);
    return new Application(system, id, { native: key, token: String(login.body['accessToken']), secret });
  }

  /** Registers devices; returns their ids. */
  async devices(wireFormat: WireFormat, count: number): Promise<string[]> {
    const ids = Array.from({ length: count }, () => `device-${randomBytes(6).toString('hex')}`);
    const product = this.productOf(wireFormat);
    // Under its id the device is found by vendors that know it by product and key.
    const entries = ids.map((id) => ({ id, application: this.id, product, key: id, secret: 'none' }));
    await provision(this.system, { devices: entries });
    return ids;
  }

  async device(wireFormat: WireFormat = 'native'): Promise<string> {
    return (await this.devices(wireFormat, 1))[0]!;
  }

  productOf(wireFormat: WireFormat): string {
    return `${this.id}-${wireFormat}`;
  }

  get enos(): EnosCredentials {
    return enosOf(this.id, this.keys.secret);
  }

  get quectel(): QuectelCredentials {
    return quectelOf(this.id, this.keys.secret);
  }

  get headers(): Record<string, string> {
    return { app_key: this.id, authorization: `Bearer ${this.keys.token}`, 'content-type': 'application/json' };
  }

  /** A call as it is, for what must be refused. */
  call(method: string, path: string, body?: string, headers = this.headers): Promise<Answer> {
    return httpCall(this.system.apiUrl + path, { method, headers, ...(body === undefined ? {} : { body }) });
  }

  /** Creates a command and returns its id. @throws Error when it is not taken */
  async create(deviceId: string, over: Fields = {}): Promise<string> {
    const command = { serviceId: 'Brightness', method: 'SET', paras: { level: 7 } };
    const answer = await this.call('POST', COMMANDS, JSON.stringify({ deviceId, command, ...over }));
    if (answer.status !== 201) throw new Error(`create answered ${answer.status}: ${answer.text}`);
    return String(answer.body['commandId']);
  }

  cancel(commandId: string): Promise<Answer> {
    return this.call('PUT', `${COMMANDS}/${commandId}`, JSON.stringify({ status: 'CANCELED' }));
  }

  /** All commands of the application as its query call shows them, at most 1,000. */
  async commands(query = ''): Promise<Fields[]> {
    const { status, body, text } = await this.call('GET', `${COMMANDS}?pageSize=1000${query}`);
    if (status !== 200 || !Array.isArray(body['data'])) throw new Error(`query answered ${status}: ${text}`);
    return body['data'] as Fields[];
  }

  async command(commandId: string): Promise<Fields> {
    const found = (await this.commands()).find((command) => command['commandId'] === commandId);
    if (found === undefined) throw new Error(`command ${commandId} is not shown`);
    return found;
  }

  /** Waits until the command has this status, and gives it as the query call shows it. */
  untilStatus(commandId: string, status: string, withinMs = 20_000): Promise<Fields> {
    return eventually(
      async () => {
        const command = await this.command(commandId);
        if (command['status'] !== status) throw new Error(`the command is ${String(command['status'])}, not ${status}`);
        return command;
      },
      { withinMs, everyMs: 100 },
    );
  }

  /** A call of the native API. @throws Error when it is not answered with a 2xx */
  async native(method: string, path: string, content?: object): Promise<Fields> {
    const headers = { authorization: `Bearer ${this.keys.native}`, 'content-type': 'application/json' };
    const body = content === undefined ? {} : { body: JSON.stringify(content) };
    const answer = await httpCall(this.system.apiUrl + path, { method, headers, ...body });
    if (answer.status >= 300) throw new Error(`${method} ${path} answered ${answer.status}: ${answer.text}`);
    return answer.body;
  }

  /** Everything that happened to a command, from the native API. */
  async history(commandId: string): Promise<History> {
    const id = BigInt(`0x${commandId}`).toString().padStart(19, '0');
    return (await this.native('GET', `/v1/commands/${id}/history`)) as unknown as History;
  }
}

const enosOf = (id: string, secret: string): EnosCredentials => ({
  orgId: `${id}-org`,
  appKey: `${id}-app-key`,
  appSecret: secret,
});
const quectelOf = (id: string, secret: string): QuectelCredentials => ({
  accessKey: `${id}-access-key`,
  accessSecret: secret,
});

/** Declares over the native API, as the administrator. @throws Error with the answer when it is refused */
export async function provision(system: System, declaration: object): Promise<void> {
  const headers = { authorization: `Bearer ${system.adminKey}`, 'content-type': 'application/json' };
  const body = JSON.stringify(declaration);
  const answer = await httpCall(`${system.apiUrl}/v1/provision`, { method: 'POST', headers, body });
  if (answer.status !== 200) throw new Error(`provisioning answered ${answer.status}: ${answer.text}`);
}
