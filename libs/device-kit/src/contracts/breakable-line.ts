import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A piece of network between a device and its broker. */
export interface BreakableLine {
  /** `mqtt://127.0.0.1:port` */
  readonly url: string;
  /** Breaks all connections without a word. */
  cut(): void;
  stop(): Promise<void>;
}

export async function openLine(brokerPort: number): Promise<BreakableLine> {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (near) => {
    const far = connect({ port: brokerPort, host: '127.0.0.1', noDelay: true });
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = (): void => sockets.forEach((socket) => socket.destroy());
  return {
    url: `mqtt://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    cut,
    async stop() {
      cut();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
