import type { Consumer, EachBatchPayload, KafkaMessage } from 'kafkajs';
import type { BusLogger } from '../bus-logger.js';
import { pause } from '../delivery/backoff.js';
import { describeError } from '../delivery/describe-error.js';
import { settledWithin } from '../delivery/within.js';
import { FOR_EVER, type KafkaClient } from './kafka-client.js';
import type { PartitionOffset } from './offset-ledger.js';

export interface SessionTimes {
  readonly sessionTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  readonly rebalanceTimeoutMs: number;
  readonly maxWaitMs: number;
}

/** What a consumer hands on. */
export interface SessionListener {
  /** This member holds these partitions from now on; what it took and did not finish will come again. */
  assigned(partitions: readonly number[]): void;
  /** Others hold or will hold this member's partitions: the last moment to commit. */
  rebalancing(): void;
  /** Whether there is room for more records. */
  hasRoom(): boolean;
  take(partition: number, messages: readonly KafkaMessage[]): void;
}

/** One kafkajs consumer from its start to its crash or its end. */
export class ConsumerSession {
  readonly #consumer: Consumer;
  /** Between the first joining and the end; outside of that kafkajs throws when asked to pause. */
  #joined = false;
  #crashed!: (error: Error) => void;
  /** Resolves with the reason when kafkajs gives up. */
  readonly crashed = new Promise<Error>((resolve) => (this.#crashed = resolve));

  constructor(
    private readonly client: KafkaClient,
    private readonly options: {
      readonly group: string;
      readonly topic: string;
      readonly times: SessionTimes;
      readonly logger: BusLogger;
      readonly listener: SessionListener;
      /** Where a group that has committed nothing begins. Default: at the oldest record. */
      readonly fromBeginning?: boolean;
    },
  ) {
    const { group, times } = options;
    this.#consumer = client.kafka.consumer({
      groupId: group,
      sessionTimeout: times.sessionTimeoutMs,
      heartbeatInterval: times.heartbeatIntervalMs,
      rebalanceTimeout: times.rebalanceTimeoutMs,
      maxWaitTimeInMs: times.maxWaitMs,
      maxBytesPerPartition: 512 * 1024,
      allowAutoTopicCreation: false,
      // Whether it crashed for good is not left to kafkajs: after every crash the server starts a new session.
      retry: { ...FOR_EVER, restartOnFailure: async () => false },
    });
    this.#listen();
  }

  async start(): Promise<void> {
    await this.#consumer.connect();
    const { topic, fromBeginning = true } = this.options;
    await this.#consumer.subscribe({ topics: [topic], fromBeginning });
    await this.#consumer.run({
      autoCommit: false,
      // The position moves on as soon as the collector has the records; what is committed is another matter.
      eachBatchAutoResolve: true,
      eachBatch: (payload) => this.#eachBatch(payload),
    });
  }

  async commit(offsets: readonly PartitionOffset[]): Promise<void> {
    const { topic } = this.options;
    await this.#consumer.commitOffsets(offsets.map(({ partition, offset }) => ({ topic, partition, offset })));
  }

  /** Fetches nothing until `goOnAt`. */
  pause(): void {
    if (this.#joined) this.#consumer.pause([{ topic: this.options.topic }]);
  }

  /** Fetches from these offsets on. */
  goOnAt(offsets: readonly PartitionOffset[]): void {
    if (!this.#joined) return;
    const { topic } = this.options;
    for (const { partition, offset } of offsets) this.#consumer.seek({ topic, partition, offset });
    this.#consumer.resume([{ topic }]);
  }

  async stop(withinMs: number): Promise<void> {
    this.#joined = false;
    const stopped = this.#consumer.disconnect().catch((error: unknown) => {
      this.options.logger.debug({ error: describeError(error) }, 'the consumer did not disconnect cleanly');
    });
    await settledWithin(stopped, withinMs);
  }

  #listen(): void {
    const { topic, group, logger, listener } = this.options;
    const { GROUP_JOIN, REBALANCING, HEARTBEAT, CRASH } = this.#consumer.events;
    this.#consumer.on(GROUP_JOIN, ({ payload }) => {
      const partitions = payload.memberAssignment[topic] ?? [];
      this.client.outage.over();
      this.#joined = true;
      logger.info({ group, partitions }, 'joined the consumer group');
      listener.assigned(partitions);
    });
    this.#consumer.on(REBALANCING, () => listener.rebalancing());
    this.#consumer.on(HEARTBEAT, () => this.client.outage.over());
    this.#consumer.on(CRASH, ({ payload }) => {
      this.#joined = false;
      this.#crashed(payload.error);
    });
  }

  /**
   * Waits until there is room, heartbeats going on, and leaves the records with the collector. When the wait is cut short by
   * a rebalance `heartbeat` throws and the records come again.
   */
  async #eachBatch({ batch, heartbeat, isRunning }: EachBatchPayload): Promise<void> {
    const { listener } = this.options;
    while (!listener.hasRoom()) {
      await pause(10, NEVER);
      if (!isRunning()) return;
      await heartbeat();
    }
    listener.take(batch.partition, batch.messages);
  }
}

const NEVER = new AbortController().signal;
