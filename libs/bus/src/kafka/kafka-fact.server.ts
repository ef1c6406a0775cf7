import type { KafkaMessage, Message } from 'kafkajs';
import { factsDeadLetterTopic, factsTopic, writeDeadLetterHeaders } from '@downlink/message-contracts';
import { BatchDelivery } from '../delivery/batch-delivery.js';
import { deadLetterOf } from '../delivery/dead-letter-of.js';
import { IncomingRecord } from '../delivery/incoming-record.js';
import { MergingPump } from '../delivery/merging-pump.js';
import { tellPoison } from '../delivery/tell-poison.js';
import { untilItSucceeds } from '../delivery/until-it-succeeds.js';
import { settledWithin } from '../delivery/within.js';
import { withDefaults, type FactServerOptions, type FactServerSettings } from '../fact-server-options.js';
import { FactServer } from '../fact.server.js';
import { ConsumerSession, type SessionListener, type SessionTimes } from './consumer-session.js';
import { createKafkaClient, type KafkaClient } from './kafka-client.js';
import { kafkaSource, type KafkaSource } from './kafka-record.js';
import { KafkaSender } from './kafka-sender.js';
import type { KafkaSettings } from './kafka-settings.js';
import { keepSession } from './keep-session.js';
import { OffsetCommitter } from './offset-committer.js';
import { OffsetLedger } from './offset-ledger.js';

export interface KafkaFactServerOptions extends FactServerOptions {
  readonly kafka: KafkaSettings;
  /** Records fetched and not yet handled at most; fetching pauses above it. Default 5,000. */
  readonly window?: number;
  /** How long handled offsets may wait for their commit, in ms. Default 100. */
  readonly commitEveryMs?: number;
  /** Default: session 10 s, heartbeat 3 s, rebalance 60 s, a fetch waits 100 ms for records. */
  readonly times?: Partial<SessionTimes>;
}

type Incoming = IncomingRecord<KafkaSource>;

const TIMES: SessionTimes = {
  sessionTimeoutMs: 10_000,
  heartbeatIntervalMs: 3_000,
  rebalanceTimeoutMs: 60_000,
  maxWaitMs: 100,
};

/** How long closing waits for Kafka's own answers, per step; while Kafka is away there will be none. */
const DISCONNECT_WITHIN_MS = 5_000;
const DISCONNECT_WHILE_AWAY_MS = 500;

/**
 * One member of a consumer group, as a NestJS transport: `createMicroservice(Module, { strategy })`. `listen` returns at
 * once; Kafka away, at the start or later, is waited for.
 */
export class KafkaFactServer extends FactServer implements SessionListener {
  readonly #settings: FactServerSettings;
  readonly #kafka: KafkaSettings;
  readonly #client: KafkaClient;
  readonly #times: SessionTimes;
  readonly #window: number;
  readonly #topic: string;
  readonly #leaving = new AbortController();
  readonly #ledger = new OffsetLedger();
  readonly #committer: OffsetCommitter;
  readonly #pump: MergingPump<Incoming>;
  #session: ConsumerSession | undefined;
  #supervising: Promise<void> | undefined;
  #deadLetters: KafkaSender | undefined;

  constructor(options: KafkaFactServerOptions) {
    super();
    const { kafka } = options;
    this.#settings = withDefaults(options);
    this.#kafka = kafka;
    this.#client = createKafkaClient(kafka, options.logger, options.group);
    this.#times = { ...TIMES, ...options.times };
    this.#window = options.window ?? 5_000;
    this.#topic = factsTopic(kafka.prefix);
    this.#committer = new OffsetCommitter({
      ledger: this.#ledger,
      logger: options.logger,
      everyMs: options.commitEveryMs ?? 100,
      commit: async (offsets) => this.#session?.commit(offsets),
    });
    this.#pump = this.#createPump();
  }

  /** Whether it has joined its group and Kafka answers; for health. */
  get available(): boolean {
    return this.#ledger.epoch > 0 && !this.#client.outage.ongoing;
  }

  override listen(callback: (error?: unknown) => void): void {
    try {
      this.requireHandler();
    } catch (error) {
      return callback(error);
    }
    const { logger, group } = this.#settings;
    const { signal } = this.#leaving;
    this.#supervising = keepSession({ kafka: this.#kafka, group, logger, signal, open: () => this.#openSession() });
    callback();
  }

  /** Takes no more, waits for a running handler for a bounded time, commits what is handled and leaves the group. */
  override async close(): Promise<void> {
    const { closeWithinMs, logger, group } = this.#settings;
    this.#leaving.abort();
    // Heartbeats go on meanwhile: the session is still there.
    if (!(await settledWithin(this.#pump.stop(), closeWithinMs))) {
      logger.warn({ group, closeWithinMs }, 'a handler still runs; its records will be delivered again');
    }
    this.#committer.stop();
    const withinMs = this.#client.outage.ongoing ? DISCONNECT_WHILE_AWAY_MS : DISCONNECT_WITHIN_MS;
    await settledWithin(this.#committer.flush(), withinMs);
    await this.#session?.stop(withinMs);
    this.#client.abandon();
    await this.#deadLetters?.close(0);
    if (this.#supervising !== undefined) await settledWithin(this.#supervising, withinMs);
  }

  assigned(partitions: readonly number[]): void {
    // What was fetched and not begun is fetched again by whoever holds the partition now.
    this.#pump.discardWaiting();
    this.#ledger.assign(partitions);
  }

  rebalancing(): void {
    void this.#committer.flush();
  }

  hasRoom(): boolean {
    return this.#pump.held < this.#window;
  }

  take(partition: number, messages: readonly KafkaMessage[]): void {
    const { epoch } = this.#ledger;
    this.#pump.push(
      messages.map(
        (message) =>
          new IncomingRecord(kafkaSource(this.#topic, message, { partition, offset: message.offset, epoch })),
      ),
    );
  }

  #createPump(): MergingPump<Incoming> {
    const delivery = new BatchDelivery<Incoming>({
      ...this.#settings,
      signal: this.#leaving.signal,
      handle: (batch) => this.handle(batch),
      bury: (record, error) => this.#bury(record, error),
    });
    return new MergingPump<Incoming>({
      maxBatch: this.#settings.maxBatch,
      overlapBelow: this.#settings.overlapBelow,
      keyOf: ({ key }) => key,
      deliver: (records) => delivery.deliver(records),
      delivered: (records) => {
        this.#ledger.handled(records.map(({ source }) => source.at));
        this.#committer.wake();
      },
    });
  }

  #openSession(): ConsumerSession {
    const { logger, group } = this.#settings;
    this.#session = new ConsumerSession(this.#client, {
      group,
      topic: this.#topic,
      times: this.#times,
      logger,
      listener: this,
    });
    return this.#session;
  }

  async #bury(record: Incoming, error: unknown): Promise<void> {
    const { logger, backoff, group } = this.#settings;
    const { signal } = this.#leaving;
    const { message } = record.source;
    const letter: Message = {
      key: message.key,
      value: message.value,
      headers: { ...message.headers, ...writeDeadLetterHeaders(deadLetterOf(record, error, group)) },
    };
    await untilItSucceeds(() => this.#deadLetterSender().send([letter]), {
      failed: (failure) => logger.error({ origin: record.origin, error: failure }, 'could not keep a dead letter'),
      backoff,
      signal,
    });
    await tellPoison(this.#settings, { record, error }, backoff, signal);
  }

  #deadLetterSender(): KafkaSender {
    return (this.#deadLetters ??= new KafkaSender({
      settings: this.#kafka,
      logger: this.#settings.logger,
      topic: factsDeadLetterTopic(this.#kafka.prefix),
      role: `${this.#settings.group}-dead-letters`,
      capacity: 10_000,
      prepare: async () => undefined,
    }));
  }
}
