import { setMaxListeners } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { Agent, request } from 'undici';

export interface ApiAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** How long an application goes on trying. No fault lasts as long. */
const PATIENCE_MS = 150_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;

/** An application's HTTP client: spreads its calls over the API's replicas, and tries again what got no answer or a 502 to 504. */
export class ApiClient {
  /** Calls that had to be made again. */
  retries = 0;
  private readonly agent = new Agent({ connections: 128, headersTimeout: 10_000, bodyTimeout: 10_000, pipelining: 1 });
  private readonly abandoned = new AbortController();
  private calls = 0;

  constructor(
    private readonly urls: readonly string[],
    private readonly key: string,
  ) {
    // One listener a call under way, and there are hundreds.
    setMaxListeners(0, this.abandoned.signal);
  }

  /** Resolves with the first answer that is one. @throws Error when there was none within the patience of 150 s */
  async post(path: string, body: object | undefined, idempotencyKey: string | undefined): Promise<ApiAnswer> {
    const deadline = performance.now() + PATIENCE_MS;
    for (let tries = 1; ; tries += 1) {
      const answer = await this.tryOnce(path, body, idempotencyKey);
      if (!(answer instanceof Error)) return answer;
      if (performance.now() > deadline || this.abandoned.signal.aborted) {
        throw new Error(`no answer in ${PATIENCE_MS / 1_000} s, at last: ${answer.message}`);
      }
      this.retries += 1;
      const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (tries - 1));
      await wait(pauseMs * (0.5 + Math.random() / 2), undefined, { signal: this.abandoned.signal }).catch(
        () => undefined,
      );
    }
  }

  /** Ends all calls under way, and waits for nothing. */
  abandon(): void {
    this.abandoned.abort();
  }

  async close(): Promise<void> {
    this.abandon();
    await this.agent.destroy();
  }

  /** An Error stands for no answer: the connection's end, silence, or a server that says that it cannot now. */
  private async tryOnce(path: string, body: object | undefined, key: string | undefined): Promise<ApiAnswer | Error> {
    const url = this.urls[(this.calls += 1) % this.urls.length]! + path;
    try {
      const response = await request(url, {
        method: 'POST',
        dispatcher: this.agent,
        signal: this.abandoned.signal,
        headers: {
          authorization: `Bearer ${this.key}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(key === undefined ? {} : { 'idempotency-key': key }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.body.text();
      if (response.statusCode >= 502 && response.statusCode <= 504) return new Error(`${response.statusCode} ${text}`);
      return { status: response.statusCode, body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) };
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }
}
