import type { Socket } from 'node:net';

/** Why a socket is not read from at the moment; each reason is one bit. */
export const pausedBy = {
  /** It is not decided yet whether the device may come in, or the broker has not answered yet. */
  connecting: 1,
  /** Packets are held until the broker has answered earlier ones. */
  held: 2,
  /** The other side does not take what was written. */
  slowReader: 4,
  /** The device itself does not read what it is answered. */
  slowAnswers: 8,
} as const;

/** Stops and goes on reading from a socket, for several reasons at a time. */
export class PausedReads {
  #reasons = 0;

  constructor(private readonly socket: Socket) {}

  /** Whether it is paused for this reason. */
  by(reason: number): boolean {
    return (this.#reasons & reason) !== 0;
  }

  set(reason: number, paused: boolean): void {
    const before = this.#reasons;
    this.#reasons = paused ? before | reason : before & ~reason;
    if (before === 0 && this.#reasons !== 0) this.socket.pause();
    else if (before !== 0 && this.#reasons === 0) this.socket.resume();
  }

  /** Reads on to the end, whatever the reasons were. */
  clear(): void {
    this.set(this.#reasons, false);
  }
}

/** Whether more waits to be written than is good; the socket will say 'drain' then. */
export function isClogged(socket: Socket, highWaterBytes: number): boolean {
  return socket.writableLength > highWaterBytes && socket.writableNeedDrain;
}
