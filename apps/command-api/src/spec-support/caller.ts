import { createHash } from 'node:crypto';
import { exchange, type ContractAnswer, type ContractRequest } from '@downlink/northbound-kit/contracts';

export type Dialect = 'native' | 'huawei' | 'enos' | 'quectel';

/** A request without who makes it; `body` is sent as JSON. */
export interface Shape {
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One application's credentials in every dialect. */
export interface Credentials {
  readonly application: string;
  readonly nativeKey: string;
  readonly huaweiSecret: string;
  readonly appKey: string;
  readonly appSecret: string;
  readonly accessKey: string;
  readonly accessSecret: string;
}

const PREFIXES: readonly (readonly [string, Dialect])[] = [
  ['/iocm/', 'huawei'],
  ['/connect-service/', 'enos'],
  ['/model-service/', 'enos'],
  ['/apim-token-service/', 'enos'],
  ['/v2/', 'quectel'],
];

/** Whose path this is. */
export function dialectOf(path: string): Dialect {
  return PREFIXES.find(([prefix]) => path.startsWith(prefix))?.[1] ?? 'native';
}

const JSON_TYPE = { 'content-type': 'application/json' };
const sha256 = (text: string | Buffer) => createHash('sha256').update(text).digest('hex');

/** One application as a client of all dialects, or the administrator as one of the native API. */
export class Caller {
  private tokens: Partial<Record<Dialect, string>> = {};
  private static lastTimestamp = 0;

  constructor(
    private readonly url: string,
    readonly credentials: Credentials,
  ) {
    this.tokens.native = credentials.nativeKey;
  }

  /** Logs in wherever one logs in. */
  async logIn(): Promise<void> {
    const { application, huaweiSecret, appKey, appSecret, accessKey, accessSecret } = this.credentials;
    const huawei = { appId: application, secret: huaweiSecret };
    this.tokens.huawei = (await this.plain('POST', { path: '/iocm/app/sec/v1.1.0/login', body: huawei }))[
      'accessToken'
    ] as string;
    const timestamp = Caller.timestamp();
    const enos = { appKey, timestamp, encryption: sha256(appKey + timestamp + appSecret) };
    const answer = await this.plain('POST', { path: '/apim-token-service/v2.0/token/get', body: enos });
    this.tokens.enos = (answer['data'] as { accessToken: string }).accessToken;
    const username = `ver=1&auth_mode=accessKey&sign_method=sha256&access_key=${accessKey}&timestamp=${Caller.timestamp()}`;
    const query = new URLSearchParams({ grant_type: 'password', username, password: sha256(username + accessSecret) });
    const path = `/v2/quecauth/accessKeyAuthrize/accessKeyLogin?${String(query)}`;
    this.tokens.quectel = (await this.plain('GET', { path }))['access_token'] as string;
  }

  /** The request as this caller sends it, signed where the dialect wants that. */
  request(method: string, { path, body, headers: more }: Shape): ContractRequest {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers = { ...more, ...(text !== undefined && JSON_TYPE), ...this.headers(path, text ?? '') };
    return { method, path, headers, ...(text !== undefined && { body: text }) };
  }

  call(method: string, shape: Shape): Promise<ContractAnswer> {
    return exchange(this.url, this.request(method, shape));
  }

  /** Who calls, for this path and these bytes. */
  headers(path: string, body: string | Buffer): Record<string, string> {
    const token = this.tokens[dialectOf(path)] ?? '';
    switch (dialectOf(path)) {
      case 'native':
        return { authorization: `Bearer ${token}` };
      case 'huawei':
        return { app_key: this.credentials.application, authorization: `Bearer ${token}` };
      case 'quectel':
        return { authorization: token };
      case 'enos':
        return this.signed(token, path, body);
    }
  }

  private signed(token: string, path: string, body: string | Buffer): Record<string, string> {
    const timestamp = String(Date.now());
    const query = new URLSearchParams(path.split('?')[1] ?? '');
    const names = [...new Set(query.keys())].sort();
    const parameters = names.map((name) => name + query.get(name)!).join('');
    const head = Buffer.from(token + parameters);
    const tail = Buffer.from(timestamp + this.credentials.appSecret);
    return {
      'apim-accesstoken': token,
      'apim-timestamp': timestamp,
      'apim-signature': sha256(Buffer.concat([head, Buffer.from(body), tail])),
    };
  }

  private async plain(method: string, { path, body }: Shape): Promise<Record<string, unknown>> {
    const text = body === undefined ? {} : { body: JSON.stringify(body) };
    const answer = await exchange(this.url, { method, path, headers: JSON_TYPE, ...text });
    return JSON.parse(answer.body) as Record<string, unknown>;
  }

  /** Never the same twice: a proof of login is taken once. */
  private static timestamp(): string {
    Caller.lastTimestamp = Math.max(Date.now(), Caller.lastTimestamp + 1);
    return String(Caller.lastTimestamp);
  }
}

/** Whether the dialect says that it went well; each has its own way. */
export function wentWell(path: string, { status, body }: ContractAnswer): boolean {
  if (status < 200 || status >= 300) return false;
  if (status === 204 || body === '') return true;
  const dialect = dialectOf(path);
  if (dialect === 'native') return true;
  const json = JSON.parse(body) as { error_code?: string; code?: number; status?: number; data?: unknown };
  if (dialect === 'huawei') return json.error_code === undefined;
  if (dialect === 'enos') return json.code === 0 || json.status === 0;
  const entries = Array.isArray(json.data) ? (json.data as { code?: number }[]) : [];
  return json.code === 200 && entries.every(({ code }) => code === undefined || code === 200);
}
