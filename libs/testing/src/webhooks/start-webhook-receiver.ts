import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { eventually, type EventuallyOptions } from '../eventually.js';
import { noteOpened } from '../opened.js';

/** One request as it arrived. */
export interface ReceivedWebhook {
  method: string;
  /** Path and query, as sent. */
  path: string;
  headers: IncomingHttpHeaders;
  /** The body's bytes, for signatures. */
  rawBody: Buffer;
  /** The body read as JSON; throws when it is not. */
  json(): unknown;
  /** Milliseconds since the epoch, when the body was complete. */
  arrivedAt: number;
}

/** An answer to one request. `'hang'` never answers; `'reset'` cuts the connection. */
export type WebhookAnswer =
  { status?: number; headers?: Record<string, string>; body?: string; delayMs?: number } | 'hang' | 'reset';

/** Chooses the answer to a request; `index` counts all requests from 0. */
export type WebhookAnswering = (request: ReceivedWebhook, index: number) => WebhookAnswer | Promise<WebhookAnswer>;

export interface WebhookReceiver {
  /** `http://127.0.0.1:port`, without a slash at its end. */
  url: string;
  port: number;
  /** Everything that has arrived, oldest first. */
  received: readonly ReceivedWebhook[];
  /** Changes the answer to later requests. At first it is 200 with an empty body. */
  answerWith(answer: WebhookAnswer | WebhookAnswering): void;
  /** Waits until at least `count` requests (that satisfy `which`) have arrived and gives these. */
  waitFor(
    count: number,
    options?: EventuallyOptions & { which?: (request: ReceivedWebhook) => boolean },
  ): Promise<ReceivedWebhook[]>;
  /** Cuts all connections and stops listening. */
  stop(): Promise<void>;
}

/** A real HTTP server on 127.0.0.1 that records what it gets. `port` to come back on the same one after a stop. */
export async function startWebhookReceiver({ port = 0 }: { port?: number } = {}): Promise<WebhookReceiver> {
  const received: ReceivedWebhook[] = [];
  let answering: WebhookAnswering = () => ({ status: 200 });
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    try {
      const webhook = await read(request);
      const index = received.push(webhook) - 1;
      await reply(response, await answering(webhook, index));
    } catch (reason) {
      // A sender that goes away in the middle, or an answer script that throws: the sender sees a cut connection.
      response.destroy(reason instanceof Error ? reason : undefined);
    }
  };
  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const bound = (server.address() as AddressInfo).port;
  const closed = noteOpened(`webhook receiver on port ${String(bound)}`);
  return {
    url: `http://127.0.0.1:${String(bound)}`,
    port: bound,
    received,
    answerWith(answer) {
      answering = typeof answer === 'function' ? answer : () => answer;
    },
    waitFor: (count, { which = () => true, ...options } = {}) =>
      eventually(() => {
        const matching = received.filter(which);
        if (matching.length >= count) return matching;
        throw new Error(`${String(matching.length)} of ${String(count)} webhooks arrived`);
      }, options),
    async stop() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      closed();
    },
  };
}

async function read(request: IncomingMessage): Promise<ReceivedWebhook> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const rawBody = Buffer.concat(chunks);
  return {
    method: request.method ?? '',
    path: request.url ?? '',
    headers: request.headers,
    rawBody,
    json: () => JSON.parse(rawBody.toString('utf8')) as unknown,
    arrivedAt: Date.now(),
  };
}

async function reply(response: ServerResponse, answer: WebhookAnswer): Promise<void> {
  if (answer === 'hang') return;
  if (answer === 'reset') {
    response.socket?.resetAndDestroy();
    return;
  }
  if (answer.delayMs !== undefined) await wait(answer.delayMs, undefined, { ref: false });
  response.writeHead(answer.status ?? 200, answer.headers).end(answer.body);
}
