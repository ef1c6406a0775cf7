import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Below the ranges from which Linux (32768 and up) and macOS (49152 and up) take the ports of outgoing connections. */
const LOWEST = 12_000;
const HIGHEST = 30_000;
const TRIES = 50;

/**
 * A TCP port on 127.0.0.1 that nobody listens on at this moment. It is taken from below the ephemeral range, because a port
 * that the system itself handed out for "port 0" may be given to an outgoing connection before the server under test binds it.
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const port = randomInt(LOWEST, HIGHEST);
    if (await canListen(port)) return port;
  }
  throw new Error(`no free port between ${String(LOWEST)} and ${String(HIGHEST)} in ${String(TRIES)} tries`);
}

async function canListen(port: number): Promise<boolean> {
  const server = createServer();
  const listening = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => resolve(true));
  });
  if (listening) await new Promise<void>((resolve) => server.close(() => resolve()));
  return listening;
}
