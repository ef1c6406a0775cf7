import type { Socket } from 'node:net';
import { FirstPacket, type FirstPacketEvents } from '../connect/first-packet.js';
import { refusalOf } from '../connect/refusal-of.js';
import { FrameScanner } from '../frames/frame-scanner.js';
import { SocketOutlet } from '../frames/socket-outlet.js';
import type { Expiring, GatewayRoom } from '../gateway-room.js';
import { type Refusal, refusals, refusingConnack } from '../packets/answers.js';
import { type Connect, readConnect, versionIn } from '../packets/connect-packet.js';
import type { ProtocolVersion } from '../packets/parse-packet.js';
import type { Admission, RefusalKind } from '../ports.js';
import { Activation } from './activation.js';
import { type DeviceSide, listenTo } from './device-side.js';
import { SessionPipe } from './session-pipe.js';

/** What a device that was told goodbye may take to close its side. */
const goodbyeMs = 2_000;

/** A device's connection until it is decided who it is: CONNECT, limits, authentication. */
export class Arrival implements DeviceSide, FirstPacketEvents, Expiring {
  readonly #room: GatewayRoom;
  readonly #socket: Socket;
  readonly #commonName: string | undefined;
  readonly #remoteAddress: string;
  readonly #outlet = new SocketOutlet();
  readonly #scanner: FrameScanner;
  #version: ProtocolVersion = 4;
  #authenticating = false;
  #over = false;

  constructor(room: GatewayRoom, socket: Socket, commonName: string | undefined) {
    this.#room = room;
    this.#socket = socket;
    this.#commonName = commonName;
    this.#remoteAddress = socket.remoteAddress ?? 'unknown';
    this.#scanner = new FrameScanner(this.#outlet, new FirstPacket(this), room.limits.maxPacketBytes);
  }

  /** Begins to read. */
  begin(): void {
    this.#room.watch(this, this.#room.limits.connectTimeoutMs);
    listenTo(this.#socket, this);
  }

  deviceSent(bytes: Buffer): void {
    if (!this.#over) this.#scanner.scan(bytes);
  }

  deviceDrained(): void {
    return;
  }

  deviceBroke(error: unknown): void {
    this.#room.logger.error({ err: error }, 'the device gateway failed on a connecting device');
    this.unreadable('malformed');
  }

  deviceClosed(): void {
    this.#over = true;
    this.#room.unwatch(this);
  }

  expired(): void {
    if (this.#over) this.#socket.destroy();
    else if (this.#authenticating) this.#refuse('unavailable', { reason: 'authentication took too long' });
    else {
      this.#room.refused('connect-timeout', this.#remoteAddress);
      this.#over = true;
      this.#socket.destroy();
    }
  }

  unreadable(kind: 'malformed' | 'oversized'): void {
    this.#room.refused(kind, this.#remoteAddress, { reason: 'first packet' });
    this.#leave();
  }

  connect(frame: Buffer, body: number): void {
    const version = versionIn(frame, body);
    const known = version === undefined ? undefined : version & 0x7f;
    if (known !== 3 && known !== 4 && known !== 5) return this.#notUnderstood(refusals.version);
    this.#version = known;
    const { counts, limits, connects } = this.#room;
    if (counts.connections > limits.maxConnections) return this.#refuse('connections');
    if (connects.take(1) === 0) return this.#refuse('connect-rate');
    const connect = readConnect(frame);
    if (connect === undefined) return this.#notUnderstood(undefined);
    if (connect.properties?.authenticationMethod !== undefined) return this.#refuse('enhanced-authentication');
    this.#authenticate(connect);
  }

  #authenticate(connect: Connect): void {
    const { username, password } = connect;
    this.#authenticating = true;
    // What follows CONNECT waits in the system's memory, not in ours.
    this.#socket.pause();
    this.#room.watch(this, this.#room.limits.connectTimeoutMs);
    this.#room.authenticator
      .authenticate({
        clientId: connect.clientId,
        ...(username === undefined ? {} : { username }),
        ...(password === undefined ? {} : { password }),
        ...(this.#commonName === undefined ? {} : { commonName: this.#commonName }),
        remoteAddress: this.#remoteAddress,
        protocolVersion: this.#version,
      })
      .then((admission) => this.#admitted(connect, admission))
      .catch((error: unknown) => this.#failed(error));
  }

  #failed(error: unknown): void {
    if (this.#over) return;
    this.#refuse('unavailable', { reason: error instanceof Error ? error.message : String(error) });
  }

  #admitted(connect: Connect, admission: Admission): void {
    if (this.#over) return;
    if (admission.kind === 'refused') return this.#refuse(admission.reason, about(connect));
    const arrived = {
      room: this.#room,
      socket: this.#socket,
      scanner: this.#scanner,
      outlet: this.#outlet,
      remoteAddress: this.#remoteAddress,
      connect,
    };
    if (admission.kind === 'activating') new Activation(arrived, admission).start();
    else {
      const refused = SessionPipe.open(arrived, admission.device);
      if (refused !== undefined) return this.#refuse(refused, about(connect));
    }
    this.#over = true;
    this.#room.unwatch(this);
  }

  #notUnderstood(refusal: Refusal | undefined): void {
    this.#room.refused('malformed', this.#remoteAddress, { reason: 'CONNECT' });
    this.#leave(refusal);
  }

  #refuse(kind: RefusalKind, details: object = {}): void {
    this.#room.refused(kind, this.#remoteAddress, details);
    this.#leave(refusalOf(kind));
  }

  #leave(refusal?: Refusal): void {
    this.#over = true;
    this.#scanner.stop();
    if (refusal === undefined) this.#socket.end();
    else this.#socket.end(refusingConnack(this.#version, refusal));
    this.#socket.resume();
    this.#room.watch(this, goodbyeMs);
  }
}

/** Never the password. */
function about({ clientId, username }: Connect): object {
  return { clientId: clientId.slice(0, 256), username: username?.slice(0, 256) };
}
