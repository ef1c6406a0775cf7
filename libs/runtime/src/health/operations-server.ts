import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { errorLine } from '../logging/describe-error.js';
import { redactText } from '../logging/redaction.js';
import type { Metrics } from '../metrics/metrics.js';
import type { HealthRegistry } from './health-registry.js';
import { operationsHandlers, type OperationsAnswer, type OperationsHandler } from './operations-handlers.js';

export interface OperationsServerOptions {
  /** 0 for any free one. */
  readonly port: number;
  /** All interfaces by default, because probes and scrapers come from outside the container. */
  readonly host?: string;
  readonly health: HealthRegistry;
  readonly metrics: Metrics;
}

export interface OperationsServer {
  /** The port really listened on. */
  readonly port: number;
  /** Stops listening and closes what is open. */
  close(): Promise<void>;
}

/**
 * Serves `operationsHandlers` for a process that has no HTTP API of its own.
 * @throws the listen error (EADDRINUSE, EACCES) when the port cannot be had.
 */
export async function startOperationsServer(options: OperationsServerOptions): Promise<OperationsServer> {
  const handlers = operationsHandlers(options);
  const server = createServer((request, response) => {
    void answer(handlers, request).then((result) => send(request, response, result));
  });
  server.listen(options.port, options.host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(
  handlers: ReadonlyMap<string, OperationsHandler>,
  request: IncomingMessage,
): Promise<OperationsAnswer> {
  const handler = handlers.get(request.url?.split('?')[0] ?? '');
  if (!handler) return text(404, `not found; here are: ${[...handlers.keys()].join(' ')}`);
  if (request.method !== 'GET' && request.method !== 'HEAD') return text(405, 'only GET');
  try {
    return await handler();
  } catch (error) {
    // A gauge that cannot be collected: the failed scrape is what an operator sees, and it says why.
    return text(500, redactText(errorLine(error)));
  }
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  { status, contentType, body }: OperationsAnswer,
): void {
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

function text(status: number, message: string): OperationsAnswer {
  return { status, contentType: 'text/plain; charset=utf-8', body: `${message}\n` };
}
