import { type FrameJudge, type FrameScanner, verdict } from '../frames/frame-scanner.js';
import { packetType } from '../packets/packet-types.js';
import { reason } from '../packets/answers.js';
import type { DeviceSession } from './device-session.js';
import type { SessionLink } from './session-link.js';
import type { SubscriptionDesk } from './subscription-desk.js';

/** Looks into what the broker sends on an open session: what became of the device's publishes, and SUBACKs. */
export class DownlinkJudge implements FrameJudge {
  constructor(
    private readonly session: DeviceSession,
    private readonly desk: SubscriptionDesk,
    private readonly link: SessionLink,
  ) {}

  judge(frame: FrameScanner): number {
    switch (frame.bytes[frame.start]! >> 4) {
      case packetType.puback:
      case packetType.pubcomp:
        return this.#landed(frame);
      case packetType.pubrec:
        return this.#received(frame);
      case packetType.suback:
        return this.#suback(frame);
      default:
        return verdict.pass;
    }
  }

  unreadable(): void {
    this.link.refused('unavailable', { reason: 'the broker sent something that is not MQTT' });
    this.link.end(reason.serverBusy);
  }

  #landed(frame: FrameScanner): number {
    if (frame.bodyAtHand < 2 && frame.bodyLength >= 2) return verdict.more;
    if (frame.bodyLength >= 2 && this.session.landed(frame.bytes.readUInt16BE(frame.body))) this.link.lookAgain();
    return verdict.pass;
  }

  /** In MQTT 5 the broker may refuse a QoS 2 publish here, which ends its flight. */
  #received(frame: FrameScanner): number {
    if (frame.bodyLength < 3) return verdict.pass;
    if (frame.bodyAtHand < 3) return verdict.more;
    return frame.bytes[frame.body + 2]! >= 0x80 ? this.#landed(frame) : verdict.pass;
  }

  #suback(frame: FrameScanner): number {
    if (frame.bodyAtHand < frame.bodyLength) return verdict.more;
    const packet = frame.bytes.subarray(frame.start, frame.end);
    const instead = this.desk.answered(packet);
    if (instead === undefined) return verdict.pass;
    if (instead !== 'swallow') frame.insert(instead);
    return packet.length;
  }
}
