import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A TCP load balancer, as it stands before several gateways. */
export interface Balancer {
  readonly port: number;
  prefer(which: number): void;
  breakConnections(how?: { onlyTheirSide: boolean }): void;
  setOpen(open: boolean): void;
  close(): Promise<void>;
}

/** Passes each connection on to the preferred port, or to the next one that answers. */
export async function startBalancer(ports: readonly number[]): Promise<Balancer> {
  const outsides = new Set<Socket>();
  const insides = new Set<Socket>();
  let preferred = 0;
  let open = true;

  const enter = (outside: Socket, tries: number): void => {
    const port = ports[(preferred + tries) % ports.length]!;
    const inside = connect({ host: '127.0.0.1', port, noDelay: true });
    insides.add(inside);
    inside.once('close', () => insides.delete(inside));
    let entered = false;
    inside.once('connect', () => {
      entered = true;
      outside.pipe(inside);
      inside.pipe(outside);
    });
    inside.on('error', () => {
      if (!entered && tries + 1 < ports.length && !outside.destroyed) enter(outside, tries + 1);
      else outside.destroy();
    });
    inside.once('close', () => {
      if (entered) outside.destroy();
    });
    outside.once('close', () => {
      if (!lost.has(outside)) inside.destroy();
    });
  };
  /** Whose other side is not to hear of their end. */
  const lost = new WeakSet<Socket>();

  const server = createServer({ noDelay: true }, (outside) => {
    outside.on('error', () => outside.destroy());
    if (!open) return void outside.destroy();
    outsides.add(outside);
    outside.once('close', () => outsides.delete(outside));
    enter(outside, 0);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  const breakConnections = ({ onlyTheirSide } = { onlyTheirSide: false }): void => {
    for (const outside of outsides) {
      if (onlyTheirSide) {
        lost.add(outside);
        outside.unpipe();
      }
      outside.destroy();
    }
  };
  return {
    port: (server.address() as AddressInfo).port,
    prefer: (which) => void (preferred = which),
    breakConnections,
    setOpen: (now) => void (open = now),
    async close() {
      open = false;
      const closed = once(server, 'close');
      server.close();
      for (const socket of [...outsides, ...insides]) socket.destroy();
      await closed;
    },
  };
}
