import type { Socket } from 'node:net';
import type { FrameScanner } from '../frames/frame-scanner.js';
import type { SocketOutlet } from '../frames/socket-outlet.js';
import type { GatewayRoom } from '../gateway-room.js';
import type { Connect } from '../packets/connect-packet.js';

/** A connection whose device is known, on its way to what it is admitted to. Its socket is paused. */
export interface Arrived {
  readonly room: GatewayRoom;
  readonly socket: Socket;
  /** Holds what the device has sent behind its CONNECT. */
  readonly scanner: FrameScanner;
  /** Where the scanner forwards to; not aimed yet. */
  readonly outlet: SocketOutlet;
  readonly remoteAddress: string;
  readonly connect: Connect;
}
