import { generate, type ISubscribePacket, type ISubackPacket } from 'mqtt-packet';
import { reason } from '../packets/answers.js';
import { parsePacket } from '../packets/parse-packet.js';
import type { DeviceSession } from './device-session.js';
import type { SessionLink } from './session-link.js';

/** SUBSCRIBEs of a device that the broker has not answered yet. */
const mostOutstanding = 8;
/** Filters in one SUBSCRIBE of ours. */
const batchSize = 100;
const highestPacketId = 65_535;

/** Codes of the refused filters, in the order of the SUBSCRIBE; undefined for those that the broker is asked about. */
type Codes = readonly (number | undefined)[];

/**
 * The device's subscriptions (which of them it may have, and one SUBACK for what the broker and the gateway say together) and
 * the gateway's own for a device that does not subscribe.
 *
 * A SUBSCRIBE of ours takes a packet id from the top that the device does not use at that moment; should the device come to use
 * it before the broker has answered, its packets wait (see `uses`).
 */
export class SubscriptionDesk {
  /** Packet id of our own unanswered SUBSCRIBE; 0 for none. */
  #ownId = 0;
  #ownTopics: readonly string[] = [];
  /** Unanswered SUBSCRIBEs of the device. */
  #asked: Map<number, Codes> | undefined;
  /** Filters that the device has asked for on this connection. */
  #filters: Set<string> | undefined;

  constructor(
    private readonly session: DeviceSession,
    private readonly link: SessionLink,
    private readonly maxSubscriptions: number,
  ) {}

  /** Whether a packet of the device with this id has to wait: the same id is under way in a SUBSCRIBE of ours. */
  uses(packetId: number): boolean {
    return packetId !== 0 && packetId === this.#ownId;
  }

  /** Subscribes for the device; what is subscribed already may be among it. Commands reach it once the broker has said yes. */
  subscribeFor(topics: readonly string[]): void {
    this.#ownTopics = [...this.#ownTopics, ...topics];
    if (this.#ownId === 0) this.#askForNext();
  }

  /** Whether a SUBSCRIBE with this id must wait for the answer to an earlier one. */
  mustWait(packetId: number): boolean {
    return this.uses(packetId) || this.#asked?.has(packetId) === true || (this.#asked?.size ?? 0) >= mostOutstanding;
  }

  /**
   * A SUBSCRIBE of the device, whole. What goes to the broker instead of it: `undefined` for the same bytes, nothing at all
   * when all of it is refused (the device has been answered then). 'malformed' when it cannot be read.
   */
  asks(packet: Buffer): Buffer | undefined | 'refused' | 'malformed' {
    const subscribe = parsePacket(packet, this.session.version);
    if (subscribe?.cmd !== 'subscribe' || !subscribe.messageId || subscribe.subscriptions.length === 0)
      return 'malformed';
    const codes = subscribe.subscriptions.map(({ topic }) => this.#codeFor(topic));
    const allowed = subscribe.subscriptions.filter((_, index) => codes[index] === undefined);
    if (allowed.length === 0) {
      this.link.toDevice(this.#suback({ messageId: subscribe.messageId, granted: codes.map((code) => code ?? 0) }));
      return 'refused';
    }
    const instead = allowed.length === codes.length ? undefined : this.#portion(subscribe, allowed);
    if (instead !== 'malformed') (this.#asked ??= new Map()).set(subscribe.messageId, codes);
    return instead;
  }

  /** An UNSUBSCRIBE of the device, whole. False when it cannot be read. */
  gives(packet: Buffer): boolean {
    const unsubscribe = parsePacket(packet, this.session.version);
    if (unsubscribe?.cmd !== 'unsubscribe') return false;
    for (const filter of unsubscribe.unsubscriptions) this.#filters?.delete(filter);
    return true;
  }

  /**
   * A SUBACK of the broker, whole. What the device gets instead of it: `undefined` for the same bytes, 'swallow' when it was
   * ours.
   */
  answered(packet: Buffer): Buffer | undefined | 'swallow' {
    const suback = parsePacket(packet, this.session.version);
    if (suback?.cmd !== 'suback' || suback.messageId === undefined) return undefined;
    const granted = suback.granted.map(Number);
    if (granted.some((code) => code < 0x80)) this.link.listens();
    if (suback.messageId === this.#ownId) {
      this.#ownAnswered(granted);
      return 'swallow';
    }
    const codes = this.#asked?.get(suback.messageId);
    this.#asked?.delete(suback.messageId);
    this.link.lookAgain();
    if (codes === undefined || codes.every((code) => code === undefined)) return undefined;
    const merged = codes.map((code) => code ?? granted.shift() ?? reason.failure);
    return this.#suback({ ...suback, messageId: suback.messageId, granted: merged });
  }

  /** The parser lets properties through that lie about their lengths; these cannot be written again. */
  #portion(subscribe: ISubscribePacket, subscriptions: ISubscribePacket['subscriptions']): Buffer | 'malformed' {
    try {
      return this.#generated({ ...subscribe, subscriptions });
    } catch {
      return 'malformed';
    }
  }

  #codeFor(filter: string): number | undefined {
    if (!this.session.maySubscribe(filter)) {
      this.link.refused('subscription', { filter: filter.slice(0, 256) });
      return this.session.version === 5 ? reason.notAuthorized : reason.failure;
    }
    const filters = (this.#filters ??= new Set());
    if (filters.size >= this.maxSubscriptions && !filters.has(filter)) {
      this.link.refused('subscriptions-limit');
      return this.session.version === 5 ? reason.quota : reason.failure;
    }
    filters.add(filter);
    return undefined;
  }

  #askForNext(): void {
    const topics = this.#ownTopics.slice(0, batchSize);
    this.#ownTopics = this.#ownTopics.slice(batchSize);
    if (topics.length === 0) return;
    this.#ownId = this.#freeId();
    const subscriptions = topics.map((topic) => ({ topic, qos: 1 as const, nl: false, rap: false, rh: 2 }));
    this.link.toBroker(this.#generated({ cmd: 'subscribe', messageId: this.#ownId, subscriptions }));
  }

  #ownAnswered(granted: readonly number[]): void {
    const refused = granted.filter((code) => code >= 0x80).length;
    if (refused > 0) this.link.refused('unavailable', { reason: 'the broker refused subscriptions', refused });
    this.#ownId = 0;
    this.#askForNext();
    this.link.lookAgain();
  }

  #freeId(): number {
    let id = highestPacketId;
    while (this.session.isInFlight(id) || this.#asked?.has(id) === true) id -= 1;
    return id;
  }

  #suback(answer: Omit<ISubackPacket, 'cmd'>): Buffer {
    return this.#generated({ cmd: 'suback', ...answer });
  }

  #generated(packet: ISubscribePacket | ISubackPacket): Buffer {
    return generate(packet, { protocolVersion: this.session.version });
  }
}
