import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { received, type ContractAnswer } from '@downlink/northbound-kit/contracts';
import type { Caller } from '../caller.js';
import { dialectOf } from '../caller.js';
import type { Draft } from './draft.js';

/** Synchronous calls may take so long; everything else is there at once. */
const HANG_MS = 20_000;
/** Bodies that the server may stop reading take their connection with them. */
const LARGE = 32_768;

export interface Callers {
  readonly application: Caller;
  readonly other: Caller;
  readonly admin: Caller;
}

/** Sends drafts over connections that are kept. */
export class Sender {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 16 });

  constructor(
    private readonly url: string,
    private readonly callers: Callers,
  ) {}

  /** @throws when there is no answer in time, or none at all */
  send(draft: Draft): Promise<ContractAnswer> {
    const headers = { ...draft.headers, ...this.disguised(draft) };
    return this.exchange(draft, headers);
  }

  close(): void {
    this.agent.destroy();
  }

  private disguised(draft: Draft): Record<string, string> {
    const { path, body = Buffer.alloc(0) } = draft;
    const { application, other, admin } = this.callers;
    const right = (draft.caller === 'admin' && dialectOf(path) === 'native' ? admin : application).headers(path, body);
    switch (draft.disguise) {
      case 'right':
        return right;
      case 'other':
        return other.headers(path, body);
      case 'nobody':
        return {};
      case 'garbage':
        return { ...right, ...tokenIn(right, () => '\u00e9 \u00ff') };
      case 'wrong scheme':
        return { ...right, ...tokenIn(right, (token) => `Basic ${Buffer.from(token).toString('base64')}`) };
      case 'changed':
        return { ...right, ...tokenIn(right, (token) => `${token.slice(0, -2)}zz`) };
      case 'late':
        return { ...right, 'apim-timestamp': '1' };
      case 'twice':
        return { ...right, ...tokenIn(right, (token) => `${token}, ${token}`) };
      case 'unsigned':
        return { ...right, 'apim-signature': 'A'.repeat(64) };
    }
  }

  private exchange({ method, path, body }: Draft, headers: Record<string, string>): Promise<ContractAnswer> {
    return new Promise((resolve, reject) => {
      const agent = body !== undefined && body.length > LARGE ? false : this.agent;
      const length = body === undefined ? {} : { 'content-length': String(body.length) };
      const options = { method, headers: { ...headers, ...length }, agent, timeout: HANG_MS };
      const request = httpRequest(this.url + path, options, (response) => {
        void headOrAll(response).then(resolve, reject);
      });
      request.on('timeout', () => request.destroy(new Error(`no answer within ${String(HANG_MS)} ms`)));
      request.on('error', reject);
      request.end(body);
    });
  }
}

function tokenIn(headers: Record<string, string>, change: (token: string) => string): Record<string, string> {
  const name = 'apim-accesstoken' in headers ? 'apim-accesstoken' : 'authorization';
  return { [name]: change(headers[name] ?? '') };
}

/** Of a stream of events, which may go on for long, only the head. */
function headOrAll(response: IncomingMessage): Promise<ContractAnswer> {
  const { statusCode: status = 0, headers } = response;
  const contentType = headers['content-type'] ?? '';
  if (!contentType.startsWith('text/event-stream')) return received(response);
  response.destroy();
  return Promise.resolve({ status, contentType, headers, body: '' });
}
