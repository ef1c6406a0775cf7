import { type FrameJudge, type FrameScanner, verdict } from '../frames/frame-scanner.js';
import { reason, refusingPuback } from '../packets/answers.js';
import { packetType } from '../packets/packet-types.js';
import { writeRemainingLength } from '../packets/remaining-length.js';
import type { RefusalKind } from '../ports.js';
import type { DeviceSession } from './device-session.js';
import type { SessionLink } from './session-link.js';
import type { SubscriptionDesk } from './subscription-desk.js';

/** A new fixed header and the length of the topic: 1 + 4 + 2 bytes. Used up before the next packet is looked at. */
const publishHead = Buffer.alloc(7);
const longestTopic = 65_535;

/** Flags (MQTT 5 §2.1.3), shortest and longest body of what a device may send besides PUBLISH, by packet type. */
const shapes: Readonly<Partial<Record<number, { flags: number; least: number; most?: number }>>> = {
  [packetType.puback]: { flags: 0, least: 2 },
  [packetType.pubrec]: { flags: 0, least: 2 },
  [packetType.pubrel]: { flags: 2, least: 2 },
  [packetType.pubcomp]: { flags: 0, least: 2 },
  [packetType.subscribe]: { flags: 2, least: 2 },
  [packetType.unsubscribe]: { flags: 2, least: 2 },
  [packetType.pingreq]: { flags: 0, least: 0, most: 0 },
  [packetType.disconnect]: { flags: 0, least: 0 },
  [packetType.auth]: { flags: 0, least: 0 },
};

/** Looks into what a device sends on its open session. Everything but PUBLISH and SUBSCRIBE goes on as it is. */
export class UplinkJudge implements FrameJudge {
  constructor(
    private readonly session: DeviceSession,
    private readonly desk: SubscriptionDesk,
    private readonly link: SessionLink,
  ) {}

  judge(frame: FrameScanner): number {
    const first = frame.bytes[frame.start]!;
    const type = first >> 4;
    if (type === packetType.publish) return this.#publish(frame, first);
    const shape = shapes[type];
    if (shape === undefined || (first & 0xf) !== shape.flags) return this.unreadable('malformed');
    if (frame.bodyLength < shape.least || frame.bodyLength > (shape.most ?? frame.bodyLength)) {
      return this.unreadable('malformed');
    }
    switch (type) {
      case packetType.subscribe:
      case packetType.unsubscribe:
        return this.#subscription(frame, type);
      case packetType.disconnect:
        return this.#disconnect(frame);
      case packetType.auth:
        return this.#refuse('enhanced-authentication', reason.protocolError);
      default:
        return verdict.pass;
    }
  }

  unreadable(what: 'malformed' | 'oversized'): number {
    return this.#refuse(what, what === 'oversized' ? reason.tooLarge : reason.malformed);
  }

  #publish(frame: FrameScanner, first: number): number {
    const { bytes, body } = frame;
    const qos = (first >> 1) & 3;
    const topicLength = this.#topicLength(frame, qos);
    if (topicLength < 0) return topicLength;
    // An empty topic is a topic alias, which the CONNACK has not allowed.
    if (topicLength === 0) return this.#refuse('malformed', reason.topicAlias);
    const topicEnd = body + 2 + topicLength;
    const packetId = qos > 0 ? bytes.readUInt16BE(topicEnd) : 0;
    if (qos > 0 && packetId === 0) return this.unreadable('malformed');
    if (!this.#mayGo(frame, first, body + 2, topicEnd)) return this.#refusePublish(frame, qos, packetId);
    if (qos > 0 && (this.desk.uses(packetId) || !this.session.takesOff(packetId))) return verdict.hold;
    return this.#redirect(frame, first, topicLength);
  }

  /** Of a PUBLISH whose topic and packet id are at hand; a verdict where they are not. */
  #topicLength({ bytes, body, bodyLength, bodyAtHand }: FrameScanner, qos: number): number {
    if (qos === 3 || bodyLength < 2) return this.unreadable('malformed');
    if (bodyAtHand < 2) return verdict.more;
    const length = bytes.readUInt16BE(body);
    const needed = 2 + length + (qos > 0 ? 2 : 0);
    if (needed > bodyLength || length + this.session.prefix.length > longestTopic) return this.unreadable('malformed');
    return bodyAtHand < needed ? verdict.more : length;
  }

  #mayGo(frame: FrameScanner, first: number, topicFrom: number, topicEnd: number): boolean {
    const { bytes } = frame;
    if (!this.session.mayPublish(bytes, topicFrom, topicEnd)) {
      this.link.refused('publish', { topic: bytes.toString('utf8', topicFrom, Math.min(topicEnd, topicFrom + 256)) });
      return false;
    }
    if ((first & 1) === 0 || this.session.isPresenceTopic(bytes.toString('utf8', topicFrom, topicEnd))) return true;
    this.link.refused('retained-publish');
    return false;
  }

  /** The same packet on the device's own uplink topic, not retained. */
  #redirect(frame: FrameScanner, first: number, topicLength: number): number {
    const { prefix } = this.session;
    publishHead[0] = first & 0xfe;
    const at = writeRemainingLength(publishHead, 1, frame.bodyLength + prefix.length);
    const length = topicLength + prefix.length;
    publishHead[at] = length >> 8;
    publishHead[at + 1] = length & 0xff;
    frame.insert(publishHead, 0, at + 2);
    frame.insert(prefix);
    return frame.headerLength + 2;
  }

  /** MQTT 3.1.1 knows no refusal of a publish but the end of the connection (§3.3.5). */
  #refusePublish(frame: FrameScanner, qos: number, packetId: number): number {
    if (this.session.version !== 5 || qos !== 1) {
      this.link.end(reason.notAuthorized);
      return verdict.stop;
    }
    this.link.toDevice(refusingPuback(packetId, reason.notAuthorized));
    return frame.headerLength + frame.bodyLength;
  }

  #subscription(frame: FrameScanner, type: number): number {
    const { bytes, body, bodyLength, bodyAtHand } = frame;
    if (bodyAtHand < bodyLength) return verdict.more;
    if (this.desk.mustWait(bytes.readUInt16BE(body))) return verdict.hold;
    const packet = bytes.subarray(frame.start, frame.end);
    if (type === packetType.unsubscribe) {
      return this.desk.gives(packet) ? verdict.pass : this.unreadable('malformed');
    }
    const instead = this.desk.asks(packet);
    if (instead === 'malformed') return this.unreadable('malformed');
    if (instead === undefined) return verdict.pass;
    if (instead !== 'refused') frame.insert(instead);
    return packet.length;
  }

  #disconnect(frame: FrameScanner): number {
    if (frame.bodyLength > 0 && this.session.version !== 5) return this.unreadable('malformed');
    if (frame.bodyAtHand < frame.bodyLength) return verdict.more;
    this.link.leaving();
    return verdict.pass;
  }

  #refuse(kind: RefusalKind, reasonCode: number): number {
    this.link.refused(kind);
    this.link.end(reasonCode);
    return verdict.stop;
  }
}
