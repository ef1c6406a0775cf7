import { connect, type Socket } from 'node:net';
import { generate } from 'mqtt-packet';
import type { Login } from './logins.js';

export interface MqttSocketOptions {
  /** On 127.0.0.1. */
  readonly port: number;
  readonly login: Login;
  /** Called for every message that comes; what it returns (packets, complete) leaves in one write with the acknowledgement. */
  readonly onMessage?: (topic: string, payload: Buffer) => Buffer | undefined;
}

const PUBLISH = 3;
const PUBACK = 4;
const SUBACK = 9;
const CONNACK = 2;
const REFUSED = 0x80;

/**
 * MQTT 3.1.1 with nothing around it: a load generator that shares two cores with what it measures has to be light. No keep-alive, no
 * queue, no reconnecting; QoS 1 and 0 only, packets as whole buffers, one write for whatever one read led to.
 */
export class MqttSocket {
  readonly closed: Promise<void>;
  private rest: Buffer | undefined;
  private nextId = 0;
  private readonly awaited = new Map<number, (ok: boolean) => void>();
  private welcomed: ((returnCode: number) => void) | undefined;

  private constructor(
    private readonly socket: Socket,
    private readonly onMessage: MqttSocketOptions['onMessage'],
  ) {
    socket.on('data', (chunk: Buffer) => this.take(chunk));
    socket.on('error', () => undefined); // 'close' follows, which is all that matters here
    this.closed = new Promise((resolve) =>
      socket.once('close', () => {
        for (const done of this.awaited.values()) done(false);
        this.awaited.clear();
        this.welcomed?.(-1);
        resolve();
      }),
    );
  }

  /** Resolves once the broker let it in. @throws Error with the return code, -1 for a connection that was closed without one */
  static async open({ port, login, onMessage }: MqttSocketOptions): Promise<MqttSocket> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const client = new MqttSocket(socket, onMessage);
    const returnCode = new Promise<number>((resolve) => (client.welcomed = resolve));
    const { clientId, username, password } = login;
    socket.write(
      generate({
        cmd: 'connect',
        clientId,
        clean: true,
        keepalive: 0,
        ...(username === undefined ? {} : { username }),
        ...(password === undefined ? {} : { password: Buffer.from(password) }),
      }),
    );
    const code = await returnCode;
    client.welcomed = undefined;
    if (code === 0) return client;
    socket.destroy();
    throw new Error(`${clientId} was not let in: ${String(code)}`);
  }

  /** Resolves when it is granted. @throws Error when it is refused, or the connection ends */
  async subscribe(filter: string): Promise<void> {
    const messageId = this.freshId();
    const answered = new Promise<boolean>((resolve) => this.awaited.set(messageId, resolve));
    this.socket.write(generate({ cmd: 'subscribe', messageId, subscriptions: [{ topic: filter, qos: 1 }] }));
    if (!(await answered)) throw new Error(`the subscription of ${filter} was not granted`);
  }

  /** QoS 1; the acknowledgement is read and not waited for. */
  publish(topic: string, payload: Buffer): void {
    this.socket.write(this.publishPacket(topic, payload));
  }

  publishPacket(topic: string, payload: Buffer): Buffer {
    return publishPacket(topic, this.freshId(), payload);
  }

  /** Without a word, as a device that loses its power. */
  destroy(): void {
    this.socket.destroy();
  }

  private freshId(): number {
    this.nextId = (this.nextId % 65_535) + 1;
    return this.nextId;
  }

  private take(chunk: Buffer): void {
    const data = this.rest === undefined ? chunk : Buffer.concat([this.rest, chunk]);
    this.rest = undefined;
    const replies: Buffer[] = [];
    let at = 0;
    for (;;) {
      const end = endOfPacket(data, at);
      if (end === undefined) break;
      this.packet(data, { at, end: end.end, body: end.body }, replies);
      at = end.end;
    }
    if (at < data.length) this.rest = data.subarray(at);
    if (replies.length > 0) this.socket.write(replies.length === 1 ? replies[0]! : Buffer.concat(replies));
  }

  private packet(data: Buffer, { at, body, end }: { at: number; body: number; end: number }, replies: Buffer[]): void {
    const kind = data[at]! >> 4;
    if (kind === PUBLISH) this.message(data, { flags: data[at]!, body, end }, replies);
    else if (kind === PUBACK) this.settle(data.readUInt16BE(body), true);
    else if (kind === SUBACK) this.settle(data.readUInt16BE(body), data[body + 2]! < REFUSED);
    else if (kind === CONNACK) this.welcomed?.(data[body + 1]!);
  }

  private settle(messageId: number, ok: boolean): void {
    this.awaited.get(messageId)?.(ok);
    this.awaited.delete(messageId);
  }

  private message(data: Buffer, packet: { flags: number; body: number; end: number }, replies: Buffer[]): void {
    const topicEnd = packet.body + 2 + data.readUInt16BE(packet.body);
    const acknowledge = ((packet.flags >> 1) & 3) === 1;
    if (acknowledge) replies.push(Buffer.from([PUBACK << 4, 2, data[topicEnd]!, data[topicEnd + 1]!]));
    const payload = data.subarray(topicEnd + (acknowledge ? 2 : 0), packet.end);
    const reply = this.onMessage?.(data.toString('latin1', packet.body + 2, topicEnd), payload);
    if (reply !== undefined) replies.push(reply);
  }
}

/** Where the packet that begins at `at` has its body and its end; undefined while it has not come whole. */
function endOfPacket(data: Buffer, at: number): { body: number; end: number } | undefined {
  let length = 0;
  for (let n = 1; n <= 4 && at + n < data.length; n++) {
    const byte = data[at + n]!;
    length |= (byte & 0x7f) << (7 * (n - 1));
    if (byte < 0x80) {
      const body = at + n + 1;
      return body + length <= data.length ? { body, end: body + length } : undefined;
    }
  }
  return undefined;
}

/** A PUBLISH of QoS 1; topics of the bench are ASCII and its messages below 16 KiB. */
function publishPacket(topic: string, messageId: number, payload: Buffer): Buffer {
  const length = 2 + topic.length + 2 + payload.length;
  const packet = Buffer.allocUnsafe((length < 128 ? 2 : 3) + length);
  packet[0] = (PUBLISH << 4) | 2;
  let at = 2;
  if (length < 128) packet[1] = length;
  else {
    packet[1] = (length & 0x7f) | 0x80;
    packet[2] = length >> 7;
    at = 3;
  }
  packet.writeUInt16BE(topic.length, at);
  packet.write(topic, at + 2, 'latin1');
  packet.writeUInt16BE(messageId, at + 2 + topic.length);
  payload.copy(packet, at + 4 + topic.length);
  return packet;
}
