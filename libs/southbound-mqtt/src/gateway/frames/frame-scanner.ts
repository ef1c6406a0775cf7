/** What becomes of a frame. Otherwise a number of bytes: that many are left out at its beginning, the rest is forwarded. */
export const verdict = {
  /** Forward all of it. */
  pass: 0,
  /** Not enough of it is there to decide. */
  more: -1,
  /** Neither this frame nor what follows it may be forwarded yet; `resume` looks again. */
  hold: -2,
  /** The connection is over: what follows is not looked at any more. */
  stop: -3,
} as const;

/** Where forwarded bytes go. `append` copies. */
export interface FrameOutlet {
  append(bytes: Buffer, from: number, to: number): void;
  flush(): void;
}

/** Decides about frames. Reads the present one from the scanner, during the call only. */
export interface FrameJudge {
  /**
   * One of `verdict`, or how many bytes of the frame to leave out (all: `headerLength + bodyLength`). What is to stand in
   * their place is given to the scanner's `insert`.
   */
  judge(frame: FrameScanner): number;
  /** The remaining length is no number, or a frame longer than allowed begins. The scanner has stopped. */
  unreadable(reason: 'malformed' | 'oversized'): void;
}

const nothing = Buffer.alloc(0);

/**
 * Finds MQTT frames (fixed header and remaining length, MQTT 3.1.1 §2.2, MQTT 5 §2.1) in chunks of any size and forwards them
 * as they are, or as a judge says. Of a frame no more is kept than the judge needs to decide; the rest streams through.
 */
export class FrameScanner {
  /** The present frame: its memory, and where in it the frame and its body begin and the bytes at hand end. */
  bytes: Buffer = nothing;
  start = 0;
  body = 0;
  end = 0;
  /** The remaining length. */
  bodyLength = 0;
  /** Whether the last scan ended with `verdict.hold`. */
  held = false;

  #kept: Buffer | undefined;
  /** Whether the memory being scanned is ours to keep. */
  #owned = false;
  /** Bytes of a decided frame that are still to come. */
  #rest = 0;
  #restIsDropped = false;
  #runFrom = 0;
  #stopped = false;
  #waiting: Buffer[] | undefined;

  constructor(
    private readonly outlet: FrameOutlet,
    /** May be another one from the next frame on. */
    public judge: FrameJudge,
    private readonly maxFrameBytes: number,
  ) {}

  get headerLength(): number {
    return this.body - this.start;
  }

  /** Bytes of the body that are at hand. */
  get bodyAtHand(): number {
    return this.end - this.body;
  }

  /** Whether other bytes may be written here: nothing of a frame has been forwarded of which the rest is missing. */
  get atBoundary(): boolean {
    return this.#rest === 0 || this.#restIsDropped;
  }

  /** Looks at what was received; `chunk` may be used again afterwards. Ends with one write, or none. */
  scan(chunk: Buffer): void {
    if (this.#stopped) return;
    const bytes = this.#together(chunk);
    this.#owned = bytes !== chunk;
    this.held = false;
    let at = this.#passRest(bytes);
    this.#runFrom = at;
    while (at < bytes.length) {
      const next = this.#frameAt(bytes, at);
      if (next < 0) break;
      at = next;
    }
    if (!this.#stopped && this.#kept === undefined) this.#flushRun(bytes, bytes.length);
    this.outlet.flush();
  }

  /** Looks again at what was held. */
  resume(): void {
    if (this.#kept !== undefined) this.scan(nothing);
  }

  /** For a judge: writes bytes in place of those that it leaves out. */
  insert(bytes: Buffer, from = 0, to = bytes.length): void {
    this.#flushRun(this.bytes, this.start);
    this.outlet.append(bytes, from, to);
  }

  /** Writes a packet of our own between frames: at once by `write`, or behind the frame that is under way. Keeps `packet`. */
  interpose(packet: Buffer, write: (packet: Buffer) => void): void {
    if (this.atBoundary) write(packet);
    else (this.#waiting ??= []).push(packet);
  }

  stop(): void {
    this.#stopped = true;
    this.#kept = undefined;
  }

  #together(chunk: Buffer): Buffer {
    const kept = this.#kept;
    if (kept === undefined) return chunk;
    this.#kept = undefined;
    return chunk.length === 0 ? kept : Buffer.concat([kept, chunk]);
  }

  #passRest(bytes: Buffer): number {
    if (this.#rest === 0) return 0;
    const length = Math.min(this.#rest, bytes.length);
    if (!this.#restIsDropped) this.outlet.append(bytes, 0, length);
    this.#rest -= length;
    if (this.#rest === 0) this.#writeWaiting();
    return length;
  }

  #writeWaiting(): void {
    if (this.#waiting === undefined) return;
    for (const packet of this.#waiting) this.outlet.append(packet, 0, packet.length);
    this.#waiting = undefined;
  }

  /** Where the next frame begins, or -1 when there is nothing more to do now. */
  #frameAt(bytes: Buffer, at: number): number {
    const body = this.#readHeader(bytes, at);
    if (body < 0) return -1;
    const total = body - at + this.bodyLength;
    if (total > this.maxFrameBytes) return this.#unreadable(bytes, at, 'oversized');
    this.bytes = bytes;
    this.start = at;
    this.body = body;
    this.end = Math.min(bytes.length, at + total);
    const decision = this.judge.judge(this);
    this.bytes = nothing;
    if (decision < 0) return this.#notNow(bytes, at, decision);
    if (decision > 0) {
      this.#flushRun(bytes, at);
      this.#runFrom = Math.min(at + decision, this.end);
    }
    this.#rest = at + total - this.end;
    this.#restIsDropped = decision >= total;
    return this.end;
  }

  /** Where the body begins, with `bodyLength` set; -1 when the header is incomplete or wrong. */
  #readHeader(bytes: Buffer, at: number): number {
    let length = 0;
    for (let index = 1; index <= 4; index += 1) {
      const byte = bytes[at + index];
      if (byte === undefined) return this.#keep(bytes, at);
      length |= (byte & 0x7f) << (7 * (index - 1));
      if (byte < 0x80) {
        this.bodyLength = length;
        return at + index + 1;
      }
    }
    return this.#unreadable(bytes, at, 'malformed');
  }

  #notNow(bytes: Buffer, at: number, decision: number): number {
    this.held = decision === verdict.hold;
    if (decision !== verdict.stop) return this.#keep(bytes, at);
    this.#flushRun(bytes, at);
    this.stop();
    return -1;
  }

  #keep(bytes: Buffer, from: number): number {
    this.#flushRun(bytes, from);
    const rest = bytes.subarray(from);
    this.#kept = this.#owned ? rest : Buffer.from(rest);
    return -1;
  }

  #unreadable(bytes: Buffer, at: number, reason: 'malformed' | 'oversized'): number {
    this.#flushRun(bytes, at);
    this.outlet.flush();
    this.stop();
    this.judge.unreadable(reason);
    return -1;
  }

  #flushRun(bytes: Buffer, to: number): void {
    if (to > this.#runFrom) this.outlet.append(bytes, this.#runFrom, to);
    this.#runFrom = to;
  }
}
