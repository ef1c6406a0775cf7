import type { Socket } from 'node:net';

/** Room for what one read of 64 KiB grows to; one such buffer serves all connections. */
const roomBytes = 160 * 1_024;

let room = Buffer.allocUnsafeSlow(roomBytes);
let used = 0;

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
    if (used + to - from > roomBytes) this.flush();
    if (to - from > roomBytes) {
      this.#socket!.write(Buffer.from(bytes.subarray(from, to)));
      return;
    }
    used += bytes.copy(room, used, from, to);
  }

  appendByte(byte: number): void {
    if (used === roomBytes) this.flush();
    room[used] = byte;
    used += 1;
  }

  flush(): void {
    if (used === 0) return;
    const gathered = room.subarray(0, used);
    used = 0;
    const socket = this.#socket!;
    if (socket.writableLength > 0 || socket.connecting || 'encrypted' in socket) {
      socket.write(Buffer.from(gathered));
      return;
    }
    socket.write(gathered);
    // The system usually takes all of it at once; if not, the socket goes on using that memory.
    if (socket.writableLength > 0) room = Buffer.allocUnsafeSlow(roomBytes);
  }
}
