import { Fault } from '@downlink/command-engine';
import { Partitioners, type Message, type Producer } from 'kafkajs';
import type { BusLogger } from '../bus-logger.js';
import { pause } from '../delivery/backoff.js';
import { describeError } from '../delivery/describe-error.js';
import { settledWithin } from '../delivery/within.js';
import { createKafkaClient, FOR_EVER, type KafkaClient } from './kafka-client.js';
import type { KafkaSettings } from './kafka-settings.js';
import { isRefusal } from './refusal.js';
import { isFull, SendQueue, type Waiting } from './send-queue.js';
import { partitionOfKey } from './partition-of-key.js';
import { unacknowledged } from './unacknowledged.js';

export interface SenderOptions {
  readonly settings: KafkaSettings;
  readonly logger: BusLogger;
  readonly topic: string;
  readonly role: string;
  /** Records in memory at most. */
  readonly capacity: number;
  /** Called once before the first send; rejects only when aborted. */
  prepare(signal: AbortSignal): Promise<void>;
}

/**
 * A send of this many records says that there is load: the next one gathers for a while, so that it holds several records a
 * partition. Each partition is a batch with a head, a checksum and an append of its own, and sent as fast as Kafka answered
 * there was one for nearly every record: an API at its limit accepted 4 to 12 % less. A lone record never waits.
 */
const BUSY_FROM = 24;
const GATHER_MS = 15;

/**
 * Sends records to one topic: one idempotent producer, acknowledged by all replicas, one send after the other, each of what
 * has gathered meanwhile. Kafka away is waited for.
 */
export class KafkaSender {
  readonly #client: KafkaClient;
  readonly #queue: SendQueue;
  readonly #closing = new AbortController();
  #producer: Producer | undefined;
  #isConnected = false;
  #partitionOf = new WeakMap<Message, number>();
  #run: Promise<void> | undefined;
  #prepared: Promise<void> | undefined;

  constructor(private readonly options: SenderOptions) {
    this.#client = createKafkaClient(options.settings, options.logger, options.role);
    this.#queue = new SendQueue(options.capacity);
  }

  /**
   * Resolves when all are durable. Calls may overlap; records keep the order of the calls.
   * @throws Fault `bus-overloaded` (retryable) above the capacity, `bus-closed` (retryable), `bus-refused` (not retryable)
   *   when Kafka will never take a record, such as one above its size limit
   */
  send(messages: readonly Message[]): Promise<void> {
    if (this.#closing.signal.aborted) return Promise.reject(closed());
    const sent = this.#queue.add(messages);
    this.#run ??= this.#work();
    return sent;
  }

  get available(): boolean {
    return this.#isConnected && !this.#client.outage.ongoing;
  }

  /** Connects now and not at the first send. */
  start(): void {
    this.#run ??= this.#work();
  }

  /** Sends what waits, for a bounded time; what then is left is rejected. */
  async close(withinMs: number): Promise<void> {
    if (this.#run !== undefined) await settledWithin(this.#run, withinMs);
    this.#closing.abort();
    this.#queue.rejectAll(closed());
    if (this.#producer !== undefined) await settledWithin(this.#producer.disconnect(), 2_000);
    this.#client.abandon();
  }

  async #work(): Promise<void> {
    // What is handed over in the same turn of the event loop goes out together.
    await Promise.resolve();
    await this.#connect();
    for (let batch = this.#queue.next(); batch.length > 0; batch = this.#queue.next()) {
      await this.#sendAll(batch);
      if (batch.length >= BUSY_FROM && !isFull(batch)) await pause(GATHER_MS, this.#closing.signal);
    }
    this.#run = undefined;
  }

  /** So that the first send need not wait, and that Kafka away is told of before anybody asks. */
  async #connect(): Promise<void> {
    while (!this.#isConnected && !this.#closing.signal.aborted) {
      try {
        await this.#connected();
      } catch (error) {
        if (!this.#closing.signal.aborted) await this.#startOver(error);
      }
    }
  }

  async #sendAll(batch: readonly Waiting[]): Promise<void> {
    let left = batch;
    while (left.length > 0 && !this.#closing.signal.aborted) {
      try {
        left = await this.#sendOnce(left);
      } catch (error) {
        if (this.#closing.signal.aborted) return;
        if (isRefusal(error)) return this.#refused(left, error);
        await this.#startOver(error);
      }
    }
  }

  /** Sends once; gives back what was not acknowledged. */
  async #sendOnce(batch: readonly Waiting[]): Promise<readonly Waiting[]> {
    const producer = await this.#connected();
    const messages = batch.map(({ message }) => message);
    const acknowledged = await producer.send({ topic: this.options.topic, acks: -1, messages });
    this.#client.outage.over();
    const left = unacknowledged(batch, acknowledged, this.#partitionOf);
    const missing = new Set(left);
    this.#queue.sent(batch.filter((waiting) => !missing.has(waiting)));
    if (left.length > 0) this.options.logger.warn({ records: left.length }, 'not acknowledged, sending again');
    return left;
  }

  async #connected(): Promise<Producer> {
    if (this.#producer !== undefined && this.#isConnected) return this.#producer;
    this.#prepared ??= this.options.prepare(this.#closing.signal);
    await this.#prepared;
    const producer = this.#client.kafka.producer({
      idempotent: true,
      // Kafka's own default of 5 needs the brokers' help to keep order; sends come one after the other anyway.
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: () => this.#rememberingPartitioner(),
      retry: FOR_EVER,
    });
    this.#producer = producer;
    await producer.connect();
    this.#isConnected = true;
    return producer;
  }

  /** The Java client's partitioner (murmur2 of the key), and a note of what it chose. */
  #rememberingPartitioner(): ReturnType<typeof Partitioners.DefaultPartitioner> {
    const otherwise = Partitioners.DefaultPartitioner();
    return (args) => {
      const { key, partition: given } = args.message;
      const quick = (given ?? null) === null && (key ?? null) !== null;
      const partition = quick ? partitionOfKey(Buffer.from(key!), args.partitionMetadata.length) : otherwise(args);
      this.#partitionOf.set(args.message, partition);
      return partition;
    };
  }

  /** Halves what Kafka refused until the culprit stands alone. */
  async #refused(batch: readonly Waiting[], error: unknown): Promise<void> {
    if (batch.length === 1) {
      const reason = describeError(error);
      this.options.logger.error({ device: String(batch[0]?.message.key), reason }, 'Kafka refuses a record');
      return this.#queue.rejected(batch, new Fault('bus-refused', reason, { retryable: false, cause: error }));
    }
    const middle = Math.ceil(batch.length / 2);
    await this.#sendAll(batch.slice(0, middle));
    await this.#sendAll(batch.slice(middle));
  }

  /** After a failure that kafkajs does not get over, a new producer with a new id; records may then be there twice. */
  async #startOver(error: unknown): Promise<void> {
    this.options.logger.warn({ error: describeError(error) }, 'sending failed, starting a new producer');
    const producer = this.#producer;
    this.#producer = undefined;
    this.#isConnected = false;
    if (producer !== undefined) await settledWithin(producer.disconnect(), 2_000);
    await pause(500, this.#closing.signal);
  }
}

function closed(): Fault {
  return new Fault('bus-closed', 'the publisher is closed', { retryable: true });
}
