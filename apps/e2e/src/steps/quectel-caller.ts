import { createHash } from 'node:crypto';
import { httpCall, type Answer } from './http-call.js';

export interface QuectelCredentials {
  readonly accessKey: string;
  readonly accessSecret: string;
}

/** An application written for QuecCloud. */
export class QuectelCaller {
  private constructor(
    private readonly apiUrl: string,
    private readonly token: string,
  ) {}

  static async logIn(apiUrl: string, { accessKey, accessSecret }: QuectelCredentials): Promise<QuectelCaller> {
    const username = `ver=1&auth_mode=accessKey&sign_method=sha256&access_key=${accessKey}&timestamp=${String(Date.now())}`;
    const password = createHash('sha256')
      .update(username + accessSecret)
      .digest('hex');
    const query = new URLSearchParams({ grant_type: 'password', username, password });
    const answer = await httpCall(`${apiUrl}/v2/quecauth/accessKeyAuthrize/accessKeyLogin?${query.toString()}`);
    const token = answer.body['access_token'];
    if (typeof token !== 'string') throw new Error(`no token: ${answer.text}`);
    return new QuectelCaller(apiUrl, token);
  }

  call(method: 'GET' | 'POST', path: string, content?: object): Promise<Answer> {
    const headers = { authorization: this.token, 'content-type': 'application/json' };
    return httpCall(this.apiUrl + path, {
      method,
      headers,
      ...(content !== undefined && { body: JSON.stringify(content) }),
    });
  }
}
