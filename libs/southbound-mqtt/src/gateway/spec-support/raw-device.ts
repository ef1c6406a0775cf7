import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { generate, type IConnectPacket, type Packet, parser } from 'mqtt-packet';

/** A device that says exactly what a spec makes it say. */
export interface RawDevice {
  socket: Socket;
  /** Packets received so far, in order. */
  got: Packet[];
  closed: boolean;
  write(bytes: Buffer): void;
  say(...packets: Packet[]): void;
}

/** The CONNECT of a well-behaved device with this id. */
export function connectOf(id: string, changes: Partial<IConnectPacket> = {}): IConnectPacket {
  const password = Buffer.from('secret');
  return {
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clean: true,
    keepalive: 0,
    clientId: id,
    username: id,
    password,
    ...changes,
  };
}

/** Connects without a word. */
export async function startRawDevice(port: number, protocolVersion: 3 | 4 | 5 = 4): Promise<RawDevice> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  const got: Packet[] = [];
  const reader = parser({ protocolVersion });
  reader.on('packet', (packet: Packet) => got.push(packet));
  const device: RawDevice = {
    socket,
    got,
    closed: false,
    write: (bytes) => void socket.write(bytes),
    say: (...packets) =>
      void socket.write(Buffer.concat(packets.map((packet) => generate(packet as never, { protocolVersion })))),
  };
  socket.on('data', (chunk) => reader.parse(chunk));
  // A gateway that ends a connection with bytes of the device unread resets it.
  socket.on('error', () => socket.destroy());
  socket.on('close', () => {
    device.closed = true;
  });
  await once(socket, 'connect');
  return device;
}
