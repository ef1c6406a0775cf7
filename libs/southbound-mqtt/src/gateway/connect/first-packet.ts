import { type FrameJudge, type FrameScanner, verdict } from '../frames/frame-scanner.js';
import { packetType } from '../packets/packet-types.js';

export interface FirstPacketEvents {
  /** A whole CONNECT, in memory of its own. */
  connect(frame: Buffer, body: number): void;
  /** Something else, or no MQTT at all. */
  unreadable(what: 'malformed' | 'oversized'): void;
}

/** The first packet must be CONNECT (MQTT 3.1.1 §3.1); what follows it is held. */
export class FirstPacket implements FrameJudge {
  #seen = false;

  constructor(private readonly events: FirstPacketEvents) {}

  judge(frame: FrameScanner): number {
    if (this.#seen) return verdict.hold;
    if (frame.bytes[frame.start] !== packetType.connect << 4) {
      this.events.unreadable('malformed');
      return verdict.stop;
    }
    if (frame.bodyAtHand < frame.bodyLength) return verdict.more;
    this.#seen = true;
    this.events.connect(Buffer.from(frame.bytes.subarray(frame.start, frame.end)), frame.headerLength);
    return frame.headerLength + frame.bodyLength;
  }

  unreadable(what: 'malformed' | 'oversized'): void {
    this.events.unreadable(what);
  }
}

/** The first packet of the broker must be CONNACK; `answered` gets it whole and gives what the device is told. */
export class FirstAnswer implements FrameJudge {
  constructor(private readonly answered: (frame: Buffer | undefined) => Buffer | undefined) {}

  judge(frame: FrameScanner): number {
    const isConnack = frame.bytes[frame.start] === packetType.connack << 4;
    if (isConnack && frame.bodyAtHand < frame.bodyLength) return verdict.more;
    const packet = this.answered(isConnack ? frame.bytes.subarray(frame.start, frame.end) : undefined);
    if (packet === undefined) return verdict.stop;
    frame.insert(packet);
    return frame.headerLength + frame.bodyLength;
  }

  unreadable(): void {
    this.answered(undefined);
  }
}
