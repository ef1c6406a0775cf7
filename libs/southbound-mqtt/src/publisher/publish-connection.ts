import type { IClientPublishOptions, IConnackPacket, MqttClient } from 'mqtt';
import { outcomeOfReason } from './puback-reason.js';
import type { OutgoingMessage, PublishOutcome } from './publish-outcome.js';

interface Pending {
  message: OutgoingMessage;
  settle(outcome: PublishOutcome): void;
  writtenAt: number;
}

const topicNameInvalid = 0x90;
const packetTooLarge = 0x95;

/** The publishes of one connection: at most `limit` unanswered, the rest in order behind them. */
export class PublishConnection {
  readonly #client: MqttClient;
  readonly #limit: number;
  readonly #largestPacket: number;
  readonly #speaksV5: boolean;
  readonly #inFlight = new Set<Pending>();
  readonly #waiting: Pending[] = [];
  /** mqtt.js hands the publish callback no reason code for 0x00 and 0x10, so it is read from the packet itself. */
  readonly #reasons = new Map<number, number>();
  #emptied: (() => void)[] = [];
  #over = false;

  /** @param window our own bound; mqtt.js ignores the broker's Receive Maximum, so the smaller of both is kept here */
  constructor(client: MqttClient, connack: IConnackPacket, window: number) {
    this.#client = client;
    this.#limit = Math.max(1, Math.min(window, connack.properties?.receiveMaximum ?? 65_535));
    this.#largestPacket = connack.properties?.maximumPacketSize ?? Number.POSITIVE_INFINITY;
    this.#speaksV5 = client.options.protocolVersion === 5;
    client.once('close', () => this.lost());
    client.on('packetreceive', (packet) => {
      if (packet.cmd === 'puback' && packet.messageId !== undefined)
        this.#reasons.set(packet.messageId, packet.reasonCode ?? 0);
    });
  }

  get client(): MqttClient {
    return this.#client;
  }

  /** Never rejects. */
  publish(message: OutgoingMessage): Promise<PublishOutcome> {
    const refusal = this.#refusal(message);
    if (refusal) return Promise.resolve(refusal);
    if (this.#over) return Promise.resolve({ kind: 'unavailable' });
    return new Promise((settle) => {
      this.#waiting.push({ message, settle, writtenAt: 0 });
      this.#fill();
    });
  }

  /** Gives up the answers (the connection is gone): what was written is unknown, what waited was surely not sent. */
  lost(): void {
    this.close();
    for (const pending of this.#inFlight) pending.settle({ kind: 'unknown' });
    this.#inFlight.clear();
    this.#reasons.clear();
    this.#checkEmptied();
  }

  /** Takes nothing more; what was written may still be answered. */
  close(): void {
    this.#over = true;
    for (const pending of this.#waiting.splice(0)) pending.settle({ kind: 'unavailable' });
  }

  /** Resolves when nothing is unanswered. */
  empty(): Promise<void> {
    if (this.#inFlight.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#emptied.push(resolve));
  }

  /** Milliseconds (of `performance.now`) for which the oldest unanswered publish has waited; 0 when there is none. */
  oldestWait(now: number): number {
    for (const pending of this.#inFlight) return now - pending.writtenAt;
    return 0;
  }

  #refusal({ topic, payload }: OutgoingMessage): PublishOutcome | undefined {
    const topicBytes = Buffer.byteLength(topic);
    if (topicBytes === 0 || topicBytes > 65_535 || ['+', '#', '\0'].some((character) => topic.includes(character)))
      return { kind: 'refused', reasonCode: topicNameInvalid };
    // 32 bytes cover the fixed header, the packet id and the expiry property; a larger packet would cost the connection.
    if (Buffer.byteLength(payload) + topicBytes + 32 > this.#largestPacket)
      return { kind: 'refused', reasonCode: packetTooLarge };
    return undefined;
  }

  #fill(): void {
    while (this.#inFlight.size < this.#limit) {
      const pending = this.#waiting.shift();
      if (!pending) return;
      const { writeBefore = Number.POSITIVE_INFINITY } = pending.message;
      if (performance.now() < writeBefore) this.#write(pending);
      else pending.settle({ kind: 'unavailable' });
    }
  }

  #write(pending: Pending): void {
    pending.writtenAt = performance.now();
    this.#inFlight.add(pending);
    const { topic, payload } = pending.message;
    this.#client.publish(topic, payload, this.#options(pending.message), (error, packet) => {
      const reason = this.#takeReason(packet?.messageId);
      if (reason === undefined && error) this.#broken();
      else this.#answered(pending, outcomeOfReason(reason ?? 0));
    });
  }

  #options({ expirySeconds }: OutgoingMessage): IClientPublishOptions {
    if (!this.#speaksV5 || expirySeconds === undefined) return { qos: 1 };
    const seconds = Math.min(Math.max(1, Math.floor(expirySeconds)), 0xffff_ffff);
    return { qos: 1, properties: { messageExpiryInterval: seconds } };
  }

  #takeReason(messageId: number | undefined): number | undefined {
    if (messageId === undefined) return undefined;
    const reason = this.#reasons.get(messageId);
    this.#reasons.delete(messageId);
    return reason;
  }

  /** mqtt.js fails publishes one by one before it tells of the close: nothing may be written between the two. */
  #broken(): void {
    this.lost();
    this.#client.stream.destroy();
  }

  #answered(pending: Pending, outcome: PublishOutcome): void {
    if (!this.#inFlight.delete(pending)) return;
    pending.settle(outcome);
    this.#fill();
    this.#checkEmptied();
  }

  #checkEmptied(): void {
    if (this.#inFlight.size > 0) return;
    for (const resolve of this.#emptied.splice(0)) resolve();
  }
}
