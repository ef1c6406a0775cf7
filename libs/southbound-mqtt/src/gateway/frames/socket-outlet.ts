import type { Socket } from 'node:net';

/** Room for what one read of 64 KiB grows to; one such buffer serves all connections. */
const roomBytes = 160 * 1_024;

/** What is gathered, and whose it is: should a scan have been broken off by an error, its bytes must not reach anybody else. */
const gathering: { room: Buffer; used: number; owner: SocketOutlet | undefined } = {
  room: Buffer.allocUnsafeSlow(roomBytes),
  used: 0,
  owner: undefined,
};

/**
 * Gathers what one read leads to and writes it at once. All outlets gather in the same memory: whoever appends must flush
 * before anything else appends, which is why nobody appends outside of one scan.
 */
export class SocketOutlet {
  #socket: Socket | undefined;

  constructor(socket?: Socket) {
    this.#socket = socket;
  }

  /** Where it goes from now on; until then nothing may be appended. */
  aim(socket: Socket): void {
    this.#socket = socket;
  }

  /** Copies a slice; the caller's memory may be used again at once. */
  append(bytes: Buffer, from: number, to: number): void {
    this.#takeRoom(to - from);
    if (to - from > roomBytes) {
      this.#socket!.write(Buffer.from(bytes.subarray(from, to)));
      return;
    }
    gathering.used += bytes.copy(gathering.room, gathering.used, from, to);
  }

  flush(): void {
    if (gathering.used === 0 || gathering.owner !== this) return;
    const gathered = gathering.room.subarray(0, gathering.used);
    gathering.used = 0;
    const socket = this.#socket!;
    if (socket.writableLength > 0 || socket.connecting || 'encrypted' in socket) {
      socket.write(Buffer.from(gathered));
      return;
    }
    socket.write(gathered);
    // The system usually takes all of it at once; if not, the socket goes on using that memory.
    if (socket.writableLength > 0) gathering.room = Buffer.allocUnsafeSlow(roomBytes);
  }

  #takeRoom(bytes: number): void {
    if (gathering.owner !== this) {
      gathering.used = 0;
      gathering.owner = this;
    } else if (gathering.used + bytes > roomBytes) this.flush();
  }
}
