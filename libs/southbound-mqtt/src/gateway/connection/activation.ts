import { generate, type Packet } from 'mqtt-packet';
import { type FrameJudge, type FrameScanner, verdict } from '../frames/frame-scanner.js';
import type { Expiring } from '../gateway-room.js';
import { parsePacket } from '../packets/parse-packet.js';
import { plainConnack } from '../packets/connack.js';
import type { Admission } from '../ports.js';
import type { Arrived } from './arrived.js';
import { type DeviceSide, putInCharge } from './device-side.js';

const goodbyeMs = 2_000;
const packetId = 1;

/** A device that is told its secret ("dynamic activation" of EnOS): a short session with the gateway itself, without the broker. */
export class Activation implements DeviceSide, FrameJudge, Expiring {
  #stage: 'waiting' | 'activating' | 'over' = 'waiting';

  constructor(
    private readonly arrived: Arrived,
    private readonly admission: Extract<Admission, { kind: 'activating' }>,
  ) {}

  start(): void {
    const { room, socket, scanner, connect } = this.arrived;
    const version = connect.protocolVersion;
    putInCharge(socket, this);
    room.watch(this, room.limits.activationTimeoutMs);
    if (version === 5) this.#say({ cmd: 'connack', reasonCode: 0, sessionPresent: false });
    else socket.write(plainConnack(version, false));
    const { topic, payload } = this.admission;
    this.#say({ cmd: 'publish', topic, payload, qos: 1, dup: false, retain: false, messageId: packetId });
    scanner.judge = this;
    scanner.resume();
    socket.resume();
  }

  deviceSent(bytes: Buffer): void {
    if (this.#stage !== 'over') this.arrived.scanner.scan(bytes);
  }

  deviceDrained(): void {
    return;
  }

  deviceBroke(error: unknown): void {
    this.arrived.room.logger.error({ err: error }, 'the device gateway failed on a device that is activated');
    this.#end();
  }

  deviceClosed(): void {
    this.#stage = 'over';
    this.arrived.room.unwatch(this);
  }

  expired(): void {
    if (this.#stage === 'over') this.arrived.socket.destroy();
    else this.#refuse('connect-timeout');
  }

  judge(frame: FrameScanner): number {
    if (frame.bodyAtHand < frame.bodyLength) return verdict.more;
    const bytes = frame.bytes.subarray(frame.start, frame.end);
    const packet = parsePacket(bytes, this.arrived.connect.protocolVersion);
    if (packet === undefined) this.#refuse('malformed');
    else this.#answer(packet);
    return this.#stage === 'over' ? verdict.stop : bytes.length;
  }

  unreadable(kind: 'malformed' | 'oversized'): void {
    this.#refuse(kind);
  }

  #answer(packet: Packet): void {
    switch (packet.cmd) {
      case 'publish':
        if (packet.topic !== this.admission.replyTopic) this.#refuse('publish');
        else if (this.#stage === 'waiting') this.#activate(packet.qos > 0 ? packet.messageId : undefined);
        break;
      case 'pingreq':
        this.#say({ cmd: 'pingresp' });
        break;
      case 'subscribe': {
        const granted = packet.subscriptions.map(() => (this.arrived.connect.protocolVersion === 5 ? 0x87 : 0x80));
        this.#say({
          cmd: 'suback',
          granted,
          ...(packet.messageId === undefined ? {} : { messageId: packet.messageId }),
        });
        break;
      }
      case 'puback':
        break;
      case 'disconnect':
        this.#end();
        break;
      default:
        this.#refuse('malformed');
    }
  }

  #activate(messageId: number | undefined): void {
    this.#stage = 'activating';
    this.admission
      .activated()
      .then(() => {
        this.arrived.room.counts.activated += 1;
        if (messageId !== undefined && this.#stage !== 'over') this.#say({ cmd: 'puback', messageId });
        this.#end();
      })
      .catch((error: unknown) => {
        const { deviceId } = this.admission.device;
        this.arrived.room.logger.error({ err: error, deviceId }, 'a device could not be activated');
        this.#end();
      });
  }

  #refuse(kind: 'malformed' | 'oversized' | 'publish' | 'connect-timeout'): void {
    const { room, remoteAddress } = this.arrived;
    room.refused(kind, remoteAddress, { deviceId: this.admission.device.deviceId, reason: 'activation' });
    this.#end();
  }

  #end(): void {
    if (this.#stage === 'over') return;
    this.#stage = 'over';
    this.arrived.scanner.stop();
    this.arrived.socket.end();
    this.arrived.room.watch(this, goodbyeMs);
  }

  #say(packet: Packet): void {
    const { socket, connect } = this.arrived;
    socket.write(generate(packet, { protocolVersion: connect.protocolVersion }));
  }
}
