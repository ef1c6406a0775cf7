import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { KeptServers } from './shared-servers.js';

export interface KeptServer<Kind extends keyof KeptServers> {
  facts: KeptServers[Kind];
  stop(): Promise<void>;
}

/** How each shared server is started. */
export type Starters = { [Kind in keyof KeptServers]: () => Promise<KeptServer<Kind>> };

/** Starts shared servers when they are first asked for (POST /<kind>), gives everybody the same one, and stops them at the end. */
export interface Keeper {
  url: string;
  stop(): Promise<void>;
}

/** The keeper listens on 127.0.0.1 on a port of the system's choice. A start that fails answers 500 with its reason, to everybody. */
export async function startKeeper(starters: Starters): Promise<Keeper> {
  const started = new Map<keyof KeptServers, Promise<KeptServer<keyof KeptServers>>>();
  const http = createServer((request, response) => {
    const kind = request.url?.slice(1) ?? '';
    if (!isKind(kind, starters)) {
      response.writeHead(404).end();
      return;
    }
    const server = started.get(kind) ?? starters[kind]();
    started.set(kind, server);
    server.then(
      ({ facts }) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(facts)),
      (reason: unknown) => response.writeHead(500).end(String(reason)),
    );
  });
  // Else it hangs up after 5 s on a connection that a client on a busy machine is just about to use again.
  http.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${String((http.address() as AddressInfo).port)}`,
    async stop() {
      await close(http);
      const outcomes = await Promise.allSettled(started.values());
      await Promise.all(outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value.stop() : undefined)));
    },
  };
}

const isKind = (kind: string, starters: Starters): kind is keyof KeptServers => Object.hasOwn(starters, kind);

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
