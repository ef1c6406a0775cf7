import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { generate, parser, type IConnackPacket, type IConnectPacket, type Packet } from 'mqtt-packet';

export type Version = 3 | 4 | 5;

const PATIENCE_MS = 20_000;

/** A device that may say anything: packets as it likes, or bytes that are none. */
export class RawClient {
  /** All that came, in order. */
  readonly packets: Packet[] = [];
  private readonly socket: Socket;
  private readonly ended: Promise<void>;
  private readonly waiting = new Set<() => void>();
  private unreadable: unknown;
  private lastBytes: Buffer | undefined;
  private unread: Buffer = Buffer.alloc(0);
  isClosed = false;

  private constructor(
    { port, localAddress }: { readonly port: number; readonly localAddress?: string },
    readonly version: Version,
  ) {
    this.socket = connect({ port, host: '127.0.0.1', noDelay: true, ...(localAddress && { localAddress }) });
    const reader = parser({ protocolVersion: version });
    reader.on('packet', (packet) => {
      this.packets.push(packet);
      this.wake();
    });
    reader.on('error', (error: unknown) => {
      this.unreadable = error;
      this.wake();
    });
    this.socket.on('data', (chunk: Buffer) => {
      this.unread = Buffer.concat([this.unread, chunk]);
      // One by one: mqtt-packet takes what follows a DISCONNECT without properties for its properties.
      for (let end; (end = endOfPacket(this.unread)) !== undefined; this.unread = this.unread.subarray(end)) {
        this.lastBytes = this.unread.subarray(0, end);
        reader.parse(this.lastBytes);
      }
    });
    this.socket.on('error', () => undefined); // refused devices get their connection reset; 'close' follows
    this.ended = new Promise((resolve) =>
      this.socket.once('close', () => {
        this.isClosed = true;
        this.wake();
        resolve();
      }),
    );
  }

  /** @param localAddress where it comes from */
  static async open(port: number, version: Version = 4, localAddress?: string): Promise<RawClient> {
    const client = new RawClient({ port, ...(localAddress !== undefined && { localAddress }) }, version);
    await once(client.socket, 'connect');
    return client;
  }

  /** Opens a connection and says CONNECT; gives the answer, or undefined when there was none but the end. */
  static async connect(
    port: number,
    packet: Omit<IConnectPacket, 'cmd'>,
    localAddress?: string,
  ): Promise<{ client: RawClient; connack: IConnackPacket | undefined }> {
    const version = packet.protocolVersion ?? 4;
    const client = await RawClient.open(port, version, localAddress);
    client.send({
      cmd: 'connect',
      protocolId: version === 3 ? 'MQIsdp' : 'MQTT',
      clean: true,
      keepalive: 0,
      ...packet,
    });
    const connack = (await client.next('connack')) as IConnackPacket | undefined;
    return { client, connack };
  }

  send(packet: Packet): void {
    this.sendBytes(this.bytesOf(packet));
  }

  bytesOf(packet: Packet): Buffer {
    return generate(packet, { protocolVersion: this.version });
  }

  sendBytes(bytes: Buffer): void {
    this.socket.write(bytes);
  }

  /**
   * The next packet of this kind, taken out of `packets`; undefined when the connection ended without one.
   * @throws Error when neither comes within 20 s, or when what came is no MQTT
   */
  async next(cmd: Packet['cmd']): Promise<Packet | undefined> {
    const givesUpAt = performance.now() + PATIENCE_MS;
    for (;;) {
      const at = this.packets.findIndex((packet) => packet.cmd === cmd);
      if (at >= 0) return this.packets.splice(at, 1)[0];
      if (this.isClosed) return undefined;
      if (this.unreadable !== undefined) {
        throw new Error(`what came is no MQTT: ${String(this.unreadable)} (${this.lastBytes?.toString('hex') ?? ''})`);
      }
      if (performance.now() >= givesUpAt) throw new Error(`no ${cmd} came, and no end`);
      await this.change(givesUpAt - performance.now());
    }
  }

  /** True when the gateway still answers on this connection, after all that was sent before. */
  async answers(): Promise<boolean> {
    this.send({ cmd: 'pingreq' });
    return (await this.next('pingresp')) !== undefined;
  }

  /** Says no more, and waits until the other side has ended the connection as well. */
  async finish(): Promise<void> {
    this.socket.end();
    await this.closed();
  }

  async closed(): Promise<void> {
    await this.ended;
  }

  /** Without DISCONNECT, so that a will is due. */
  destroy(): void {
    this.socket.destroy();
  }

  private wake(): void {
    for (const go of this.waiting) go();
  }

  private async change(withinMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const go = (): void => {
        clearTimeout(timer);
        this.waiting.delete(go);
        resolve();
      };
      const timer = setTimeout(go, Math.max(1, withinMs));
      this.waiting.add(go);
    });
  }
}

/** Where the first packet ends; undefined while it has not come whole. */
function endOfPacket(bytes: Buffer): number | undefined {
  let length = 0;
  for (let at = 1; at < Math.min(5, bytes.length); at++) {
    length += (bytes[at]! & 0x7f) * 128 ** (at - 1);
    if (bytes[at]! < 0x80) return at + 1 + length <= bytes.length ? at + 1 + length : undefined;
  }
  return undefined;
}
