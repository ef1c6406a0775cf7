import { createHash } from 'node:crypto';
import { httpCall, type Answer } from './http-call.js';

export interface EnosCredentials {
  readonly orgId: string;
  readonly appKey: string;
  readonly appSecret: string;
}

/** An application written for EnOS: token and signature as its documents have them. */
export class EnosCaller {
  private constructor(
    private readonly apiUrl: string,
    private readonly credentials: EnosCredentials,
    private readonly token: string,
  ) {}

  static async logIn(apiUrl: string, credentials: EnosCredentials): Promise<EnosCaller> {
    const { appKey, appSecret } = credentials;
    const timestamp = String(Date.now());
    const body = JSON.stringify({ appKey, timestamp, encryption: sha256(appKey + timestamp + appSecret) });
    const headers = { 'content-type': 'application/json' };
    const url = `${apiUrl}/apim-token-service/v2.0/token/get`;
    const answer = await httpCall(url, { method: 'POST', headers, body });
    const { accessToken } = (answer.body['data'] ?? {}) as { accessToken?: string };
    if (accessToken === undefined) throw new Error(`no token: ${answer.text}`);
    return new EnosCaller(apiUrl, credentials, accessToken);
  }

  /** A call about commands, signed. */
  commands(method: 'GET' | 'POST', query: Readonly<Record<string, string>>, content?: object): Promise<Answer> {
    const { orgId, appSecret } = this.credentials;
    const all = { orgId, ...query };
    const body = content === undefined ? '' : JSON.stringify(content);
    const timestamp = String(Date.now());
    const parameters = Object.entries(all).toSorted(([one], [other]) => (one < other ? -1 : 1));
    const headers = {
      'content-type': 'application/json',
      'apim-accesstoken': this.token,
      'apim-timestamp': timestamp,
      'apim-signature': sha256(this.token + parameters.flat().join('') + body + timestamp + appSecret),
    };
    const url = `${this.apiUrl}/connect-service/v2.1/commands?${new URLSearchParams(all).toString()}`;
    return httpCall(url, { method, headers, ...(body !== '' && { body }) });
  }
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
