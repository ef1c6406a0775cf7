import { createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { Aedes } from 'aedes';
import { noteOpened } from '../opened.js';

/** The embedded broker in this process; it speaks MQTT 3.1.1 only. */
export interface TestAedes {
  /** `mqtt://127.0.0.1:port` */
  url: string;
  port: number;
  /** The broker itself, for hooks such as `authenticate` and for what it counts. */
  broker: Aedes;
  /** Cuts all connections and ends it. */
  stop(): Promise<void>;
}

/** Starts an aedes on a port of 127.0.0.1 that the system chooses (or `port`, to come back after a stop). */
export async function startAedes({ port = 0 }: { port?: number } = {}): Promise<TestAedes> {
  const broker = await Aedes.createBroker();
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    broker.handle(socket);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const bound = (server.address() as AddressInfo).port;
  const closed = noteOpened(`aedes on port ${String(bound)}`);
  return {
    url: `mqtt://127.0.0.1:${String(bound)}`,
    port: bound,
    broker,
    async stop() {
      await new Promise<void>((resolve) => broker.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      closed();
    },
  };
}
