import type { KafkaMessage } from 'kafkajs';
import { FACT_HEADER, factsTopic, readFactHeaders, UnreadableMessage } from '@downlink/message-contracts';
import type { BusLogger } from '../bus-logger.js';
import { pause } from '../delivery/backoff.js';
import { describeError } from '../delivery/describe-error.js';
import { settledWithin } from '../delivery/within.js';
import type { FactTailListener } from '../fact-tail.js';
import { ConsumerSession, type SessionListener, type SessionTimes } from './consumer-session.js';
import { createKafkaClient, type KafkaClient } from './kafka-client.js';
import { textHeaders } from './kafka-record.js';
import type { KafkaSettings } from './kafka-settings.js';
import { keepSession } from './keep-session.js';
import { newestOffsets } from './newest-offsets.js';

export interface KafkaFactTailOptions {
  readonly kafka: KafkaSettings;
  /** Of this process and of this start only. It commits nothing, so Kafka forgets the group when its member is gone. */
  readonly group: string;
  readonly logger: BusLogger;
  readonly listener: FactTailListener;
}

const TIMES: SessionTimes = {
  sessionTimeoutMs: 10_000,
  heartbeatIntervalMs: 3_000,
  rebalanceTimeoutMs: 60_000,
  maxWaitMs: 100,
};
const DISCONNECT_WITHIN_MS = 2_000;
const TRY_AGAIN_AFTER_MS = 1_000;

/**
 * Hears facts as they are published, over all partitions, by their headers alone: no value is parsed, no offset committed, and
 * what is missed is missed. While it rests nothing is fetched; on `listen` it goes on at the newest record, not where it
 * stopped. Kafka away is waited for, and heard of by nobody but the log.
 */
export class KafkaFactTail implements SessionListener {
  readonly #client: KafkaClient;
  readonly #topic: string;
  readonly #leaving = new AbortController();
  #session: ConsumerSession | undefined;
  #keeping: Promise<void> | undefined;
  #partitions: readonly number[] | undefined;
  #wanted = false;
  /** Counts what makes an earlier way to the end pointless: a rest, a new assignment. */
  #turn = 0;

  constructor(private readonly options: KafkaFactTailOptions) {
    this.#client = createKafkaClient(options.kafka, options.logger, options.group);
    this.#topic = factsTopic(options.kafka.prefix);
  }

  /** Whether it has joined and Kafka answers; whether anybody listens is another matter. */
  get available(): boolean {
    return this.#partitions !== undefined && !this.#client.outage.ongoing;
  }

  /** Connects, and rests until `listen`. Returns at once. */
  start(): void {
    const { kafka, group, logger } = this.options;
    const { signal } = this.#leaving;
    this.#keeping = keepSession({ kafka, group, logger, signal, open: () => this.#open() });
  }

  listen(): void {
    if (this.#wanted) return;
    this.#wanted = true;
    void this.#goToEnd();
  }

  rest(): void {
    this.#wanted = false;
    this.#turn += 1;
    this.#session?.pause();
  }

  async close(): Promise<void> {
    if (this.#leaving.signal.aborted) return;
    this.rest();
    this.#leaving.abort();
    await this.#session?.stop(this.#client.outage.ongoing ? 500 : DISCONNECT_WITHIN_MS);
    this.#client.abandon();
    if (this.#keeping !== undefined) await settledWithin(this.#keeping, DISCONNECT_WITHIN_MS);
  }

  assigned(partitions: readonly number[]): void {
    this.#partitions = partitions;
    this.#session?.pause();
    if (this.#wanted) void this.#goToEnd();
  }

  rebalancing(): void {}

  hasRoom(): boolean {
    return true;
  }

  take(_partition: number, messages: readonly KafkaMessage[]): void {
    if (!this.#wanted) return;
    for (const message of messages) this.#hear(message);
  }

  #open(): ConsumerSession {
    const { group, logger } = this.options;
    const times = TIMES;
    this.#partitions = undefined;
    this.#session = new ConsumerSession(this.#client, {
      group,
      topic: this.#topic,
      times,
      logger,
      listener: this,
      fromBeginning: false,
    });
    return this.#session;
  }

  /** From wherever it stopped to the newest record, trying again while it is wanted. */
  async #goToEnd(): Promise<void> {
    const turn = ++this.#turn;
    const { signal } = this.#leaving;
    while (turn === this.#turn && this.#partitions !== undefined && !signal.aborted) {
      try {
        const offsets = await newestOffsets(this.#client, this.#topic);
        if (turn !== this.#turn || this.#partitions === undefined) return;
        const own = offsets.filter(({ partition }) => this.#partitions?.includes(partition));
        this.#session?.goOnAt(own);
        return this.options.listener.onListening();
      } catch (error) {
        this.options.logger.debug({ error: describeError(error) }, 'the end of the facts is not known yet');
        await pause(TRY_AGAIN_AFTER_MS, signal);
      }
    }
  }

  #hear(message: KafkaMessage): void {
    // One header decides for three records of four; whoever consumes the facts makes dead letters of those that cannot be read.
    const status = message.headers?.[FACT_HEADER.status];
    if (status === undefined || !this.options.listener.wants(String(status))) return;
    try {
      this.options.listener.onFact(readFactHeaders(textHeaders(message.headers)), String(message.key));
    } catch (error) {
      if (!(error instanceof UnreadableMessage)) throw error;
      this.options.logger.debug({ error: describeError(error) }, 'a fact with unreadable headers was passed over');
    }
  }
}
