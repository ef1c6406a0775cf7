import type { DevicePresence } from '../gateway/ports.js';
import type { MqttLogger } from '../mqtt-logger.js';
import type { MqttPublisher } from '../publisher/mqtt-publisher.js';
import { GATEWAY_PRESENCE, uplinkTopic } from '../uplinks/uplink-topic.js';

/** What is to be told of a device, and in which session of its. */
interface Word {
  readonly online: boolean;
  readonly epoch: number;
}

export interface PresencePublisherOptions {
  readonly publisher: Pick<MqttPublisher, 'publish'>;
  readonly logger: MqttLogger;
  /** Devices whose word may wait; beyond that the oldest is dropped and counted. Default 200,000. */
  readonly capacity?: number;
  /** How long to wait before a word that could not be told is told again. ms, default 500. */
  readonly retryMs?: number;
}

/** Publishes under way at a time: below the publisher's window, so that none of them waits there for long. */
const UNDER_WAY = 500;

/**
 * Tells over MQTT which devices are there, on a topic of the gateway's own below the devices' uplinks (`presenceMessage`), QoS 1, not retained.
 *
 * Per device one message is under way at a time and only the newest word waits behind it: what the broker is told is in
 * order, and what is waiting does not grow with time. A broker that is away, or that says that nobody receives yet (0x10), is told
 * again until it has taken the word. A word of an older session than the newest known one while that waits is dropped.
 */
export class PresencePublisher implements DevicePresence {
  private readonly waiting = new Map<string, Word>();
  private readonly underWay = new Map<string, Word>();
  private readonly retryMs: number;
  private readonly capacity: number;
  private timer: NodeJS.Timeout | undefined;
  private notTold = 0;
  private over = false;

  constructor(private readonly options: PresencePublisherOptions) {
    this.retryMs = options.retryMs ?? 500;
    this.capacity = options.capacity ?? 200_000;
  }

  online(deviceId: string, epoch: number): void {
    this.tell(deviceId, { online: true, epoch });
  }

  offline(deviceId: string, epoch: number): void {
    this.tell(deviceId, { online: false, epoch });
  }

  /** Devices whose newest word the broker has not taken yet. */
  get backlog(): number {
    return new Set([...this.waiting.keys(), ...this.underWay.keys()]).size;
  }

  /** Words given up for lack of room. */
  get dropped(): number {
    return this.notTold;
  }

  /** Waits up to `graceMs` until the broker has taken every word, then gives up. The publisher is stopped by whoever started it. */
  async stop(graceMs = 5_000): Promise<void> {
    for (const end = performance.now() + graceMs; this.backlog > 0 && performance.now() < end;) await pause(20);
    this.over = true;
    clearTimeout(this.timer);
    if (this.backlog > 0)
      this.options.logger.warn({ devices: this.backlog }, 'the broker was not told of these devices');
    this.waiting.clear();
  }

  private tell(deviceId: string, word: Word): void {
    const newest = this.waiting.get(deviceId) ?? this.underWay.get(deviceId);
    if (newest !== undefined && word.epoch < newest.epoch) return;
    this.waiting.delete(deviceId); // the newest word goes to the end of the line
    this.waiting.set(deviceId, word);
    if (this.waiting.size > this.capacity) this.drop();
    if (this.timer === undefined) this.send();
  }

  private drop(): void {
    const [oldest] = this.waiting.keys();
    if (oldest === undefined) return;
    this.waiting.delete(oldest);
    if (this.notTold === 0)
      this.options.logger.error({ capacity: this.capacity }, 'too many devices wait to be told of');
    this.notTold += 1;
  }

  private send(): void {
    for (const [deviceId, word] of this.waiting) {
      if (this.underWay.size >= UNDER_WAY) return;
      if (!this.underWay.has(deviceId)) void this.publish(deviceId, word);
    }
  }

  private async publish(deviceId: string, word: Word): Promise<void> {
    this.waiting.delete(deviceId);
    this.underWay.set(deviceId, word);
    const { kind } = await this.options.publisher.publish(presenceMessage(deviceId, word.online, word.epoch));
    this.underWay.delete(deviceId);
    if (this.over) return;
    if (kind === 'accepted') this.send();
    else this.again(deviceId, word, kind);
  }

  /** Not before a while, and not when something newer has come meanwhile. */
  private again(deviceId: string, word: Word, kind: string): void {
    if (!this.waiting.has(deviceId)) this.waiting.set(deviceId, word);
    if (this.timer !== undefined) return;
    this.options.logger.debug({ outcome: kind, devices: this.backlog }, 'presence could not be told, trying again');
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.send();
    }, this.retryMs);
  }
}

/**
 * What is published of a device's presence, also as the will of its connection to the broker.
 * @param epoch grows with each session of the device, ms of the Unix epoch
 */
export function presenceMessage(deviceId: string, online: boolean, epoch: number): { topic: string; payload: string } {
  return { topic: uplinkTopic(deviceId, GATEWAY_PRESENCE), payload: JSON.stringify({ online, epoch }) };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
