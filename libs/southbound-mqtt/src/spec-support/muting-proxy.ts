import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { Writable } from 'node:stream';

/** A stretch of network in front of a real broker, for specs: it can be long, go silent or break. */
export interface MutingProxy {
  /** `mqtt://127.0.0.1:port` */
  url: string;
  /** Withholds what the broker answers, until `unmute`. */
  muteBroker(): void;
  /** Withholds what the clients say, until `unmute` (or for good, when cut before). */
  muteClients(): void;
  unmute(): void;
  /** Breaks all connections; new ones are let through. */
  cut(): void;
  /** Breaks all connections and lets no new one through until `up`. */
  down(): void;
  up(): void;
  stop(): Promise<void>;
}

/** @param options.delayMs how long what the broker says is under way, as over a long line; default 0 */
export async function startMutingProxy(brokerPort: number, options: { delayMs?: number } = {}): Promise<MutingProxy> {
  const { delayMs = 0 } = options;
  const pairs = new Set<{ client: Socket; broker: Socket; towards: { client: Writable; broker: Writable } }>();
  let isDown = false;
  const muted: (() => void)[] = [];
  const server = createServer({ noDelay: true }, (client) => {
    if (isDown) {
      client.destroy();
      return;
    }
    const broker = connect({ port: brokerPort, host: '127.0.0.1', noDelay: true });
    const pair = { client, broker, towards: { client: delayMs > 0 ? longLine(client, delayMs) : client, broker } };
    pairs.add(pair);
    for (const [from, to, towards] of [
      [client, broker, pair.towards.broker],
      [broker, client, pair.towards.client],
    ] as const) {
      from.on('error', () => to.destroy());
      from.on('close', () => {
        to.destroy();
        pairs.delete(pair);
      });
      from.pipe(towards);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const mute = (side: 'client' | 'broker'): void =>
    pairs.forEach((pair) => {
      pair[side].unpipe().pause();
      muted.push(() => pair[side].pipe(pair.towards[side === 'client' ? 'broker' : 'client']));
    });
  const cut = (): void => pairs.forEach(({ broker, client }) => [client, broker].forEach((socket) => socket.destroy()));
  return {
    url: `mqtt://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    muteBroker: () => mute('broker'),
    muteClients: () => mute('client'),
    unmute: () => muted.splice(0).forEach((resume) => resume()),
    cut,
    down() {
      isDown = true;
      cut();
    },
    up() {
      isDown = false;
    },
    async stop() {
      cut();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** Hands on what it was given `delayMs` later; as much as is said is under way at once. */
function longLine(to: Socket, delayMs: number): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      setTimeout(() => to.write(chunk), delayMs);
      done();
    },
  });
}
