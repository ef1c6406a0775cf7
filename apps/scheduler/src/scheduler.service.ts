import { setMaxListeners } from 'node:events';
import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import {
  BatchTaskRunner,
  CancelTaskRunner,
  DEFAULT_BATCH_TASK_RUNNER_OPTIONS,
  DEFAULT_CANCEL_TASK_RUNNER_OPTIONS,
  DEFAULT_DUE_RUNNER_OPTIONS,
  DEFAULT_LEASE_TIMES,
  OutageObserver,
  OutboxSweeper,
  runLoop,
  SHARD_COUNT,
  ShardHolder,
  type BatchRound,
  type BatchTaskRunnerOptions,
  type BatchTasks,
  type CancelRound,
  type CancelTaskRunnerOptions,
  type CancelTasks,
  type DueCommands,
  type Engine,
  type FactPublisher,
  type IdleLanes,
  type Outbox,
  type ShardLeases,
  type StrayAnswers,
} from '@downlink/command-engine';
import { errorLine, type Logger, type Metrics } from '@downlink/runtime';
import { DueRound, type DueObserver, type DueRoundOptions } from './due-round.js';
import { DEFAULT_IDLE_LANES, IdleLanesRound, type IdleLanesRoundOptions } from './idle-lanes-round.js';
import { RetentionRound, type RetentionOptions, type RetentionPorts } from './retention-round.js';
import { SchedulerMetrics } from './scheduler.metrics.js';
import { TasksRound, type TasksRoundOptions } from './tasks-round.js';

/** What the scheduler stands on. */
export interface SchedulerPorts {
  readonly engine: Engine;
  readonly dueCommands: DueCommands;
  readonly cancelTasks: CancelTasks;
  readonly batchTasks: BatchTasks;
  readonly idleLanes: IdleLanes;
  readonly strayAnswers: Pick<StrayAnswers, 'purge'>;
  readonly outbox: Outbox;
  readonly publisher: FactPublisher;
  /** The facts of this process that are on their way, and who is to know how late deadlines are; nobody when absent. */
  readonly ownFacts?: { waiting(): number; fired(latenessMs: number): void };
  readonly leases: ShardLeases;
  /** Makes the log's partitions for the days ahead; returns the names of new ones. */
  readonly ensurePartitions: (options: { daysAhead: number }) => Promise<string[]>;
  /** Drops days that are old enough and over; without it nothing is ever dropped. */
  readonly dropOldDays?: RetentionPorts['dropOldDays'];
  /** Deletes idempotency keys that stand for nothing any more; returns how many. */
  readonly purgeIdempotencyKeys: () => Promise<number>;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** This process, unique over the installation. */
  readonly owner: string;
  readonly settings?: Partial<SchedulerSettings>;
}

export interface SchedulerSettings {
  readonly lease: { readonly ttlMs: number; readonly everyMs: number };
  readonly due: DueRoundOptions;
  readonly cancelTasks: CancelTaskRunnerOptions & TasksRoundOptions;
  readonly batchTasks: BatchTaskRunnerOptions & TasksRoundOptions;
  readonly outbox: { readonly everyMs: number; readonly olderThanMs: number; readonly limit: number };
  readonly partitions: { readonly everyMs: number; readonly daysAhead: number };
  readonly retention: RetentionOptions;
  readonly keys: { readonly everyMs: number };
  readonly idleLanes: IdleLanesRoundOptions;
  /** Stray answers are kept so long, and so many of devices that do not exist. */
  readonly strays: { readonly everyMs: number; readonly olderThanMs: number; readonly strangers: number };
}

const DAY_MS = 86_400_000;

/**
 * Loops that fire deadlines, each for its part of the shards: one decides while the other's transaction is written. Two keep a
 * process and a database busy; with one each of them waited half of the time for the other.
 */
const DUE_LOOPS = 2;

/** Above it the own facts are slow on their way, not lost: sweeping would publish them twice, and cost most when there is least. */
const MOST_OWN_FACTS = 2_000;

export const DEFAULT_SCHEDULER_SETTINGS: SchedulerSettings = {
  lease: DEFAULT_LEASE_TIMES,
  due: { ...DEFAULT_DUE_RUNNER_OPTIONS, stuckMs: 1_000 },
  cancelTasks: { ...DEFAULT_CANCEL_TASK_RUNNER_OPTIONS, everyMs: 500, keepMs: 7 * DAY_MS },
  batchTasks: { ...DEFAULT_BATCH_TASK_RUNNER_OPTIONS, everyMs: 500, keepMs: 7 * DAY_MS },
  outbox: { everyMs: 1_000, olderThanMs: 5_000, limit: 500 },
  partitions: { everyMs: DAY_MS, daysAhead: 7 },
  retention: { keepDays: 30, everyMs: 3_600_000, againMs: 60_000 },
  keys: { everyMs: 600_000 },
  idleLanes: DEFAULT_IDLE_LANES,
  strays: { everyMs: 300_000, olderThanMs: 7 * DAY_MS, strangers: 10_000 },
};

/** Everything that time causes. Starts and stops with the Nest application that it is mounted in. */
export class Scheduler implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly settings: SchedulerSettings;
  private readonly metrics: SchedulerMetrics;
  private readonly holder: ShardHolder;
  private readonly dueRounds: readonly DueRound[];
  private readonly cancelTasksRound: TasksRound<CancelRound>;
  private readonly batchTasksRound: TasksRound<BatchRound>;
  private readonly idleLanesRound: IdleLanesRound;
  private readonly sweeper: OutboxSweeper;
  private readonly stopping = new AbortController();
  private loops: Promise<unknown> = Promise.resolve();

  constructor(private readonly ports: SchedulerPorts) {
    this.settings = { ...DEFAULT_SCHEDULER_SETTINGS, ...ports.settings };
    const { lease, due, outbox } = this.settings;
    this.metrics = new SchedulerMetrics(ports.metrics, ports.logger);
    const claim = { group: 'scheduler', owner: ports.owner, shardCount: SHARD_COUNT, ...lease };
    this.holder = new ShardHolder(ports.leases, claim);
    const observer: DueObserver = {
      fired: (event, latenessMs) => {
        this.metrics.fired(event, latenessMs);
        ports.ownFacts?.fired(latenessMs);
      },
      rejected: (code) => this.metrics.rejected(code),
      failed: (commandId, cause) => this.metrics.failed(commandId, cause),
    };
    this.dueRounds = Array.from(
      { length: DUE_LOOPS },
      () => new DueRound(ports.dueCommands, ports.engine, observer, due),
    );
    this.cancelTasksRound = this.cancelTasks();
    this.batchTasksRound = this.batchTasks();
    this.idleLanesRound = new IdleLanesRound(ports.idleLanes, ports.engine, this.metrics, this.settings.idleLanes);
    this.sweeper = new OutboxSweeper(ports.publisher, ports.outbox, outbox);
    this.metrics.observeShards(() => this.holder.shards.length);
  }

  onApplicationBootstrap(): void {
    const { signal } = this.stopping;
    const store = this.outage('the store');
    const rounds = {
      lease: () => this.holder.beat(),
      ...Object.fromEntries(
        this.dueRounds.map((round, loop) => [
          `due ${loop + 1}`,
          () =>
            round.run(
              this.holder.shards.filter((shard) => shard % DUE_LOOPS === loop),
              signal,
            ),
        ]),
      ),
      'cancel tasks': () => this.cancelTasksRound.run(),
      'batch tasks': () => this.batchTasksRound.run(),
      partitions: () => this.makePartitions(),
      ...this.retention(),
      keys: () => this.purgeKeys(),
      'idle lanes': () => this.idleLanesRound.run(this.holder.shards),
      'stray answers': () => this.purgeStrays(),
    };
    // Each loop listens while it pauses; Node takes more than ten for a leak and says so on the first screen of a new user.
    setMaxListeners(Object.keys(rounds).length + 1, signal);
    const loops = Object.entries(rounds).map(([name, round]) => runLoop(round, { name, signal, observer: store }));
    // The outbox needs both, and the bus may be away for long while everything else goes on.
    const both = this.outage('the store or the bus');
    this.loops = Promise.all([...loops, runLoop(() => this.sweep(), { name: 'outbox', signal, observer: both })]);
  }

  /** Ends the rounds under way and hands the shards back, so that the others need not wait for the lease to lapse. */
  async onApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.loops;
    await this.holder.release().catch((error: unknown) => {
      this.ports.logger.warn({ reason: errorLine(error) }, 'the shards could not be handed back; their lease lapses');
    });
  }

  private cancelTasks(): TasksRound<CancelRound> {
    const { cancelTasks: tasks, engine } = this.ports;
    const { cancelTasks: options } = this.settings;
    const runner = new CancelTaskRunner(tasks, engine, options);
    return new TasksRound(runner, tasks, (round) => this.metrics.canceled(round), options);
  }

  private batchTasks(): TasksRound<BatchRound> {
    const { batchTasks: tasks, engine } = this.ports;
    const { batchTasks: options } = this.settings;
    const runner = new BatchTaskRunner(tasks, engine, options);
    return new TasksRound(runner, tasks, (round) => this.metrics.batchSubmitted(round), options);
  }

  private async sweep(): Promise<number> {
    const { everyMs, limit } = this.settings.outbox;
    const { shards } = this.holder;
    if (shards.length === 0 || (this.ports.ownFacts?.waiting() ?? 0) > MOST_OWN_FACTS) return everyMs;
    const facts = await this.unlessStopping(this.sweeper.sweep(shards));
    this.metrics.swept(facts);
    return facts === limit ? 0 : everyMs;
  }

  /** Publishing waits for as long as the bus is away, and a stop must not: what a sweep does not finish stays in the outbox. */
  private unlessStopping(sweep: Promise<number>): Promise<number> {
    const { signal } = this.stopping;
    return new Promise((resolve, reject) => {
      const giveUp = (): void => resolve(0);
      signal.addEventListener('abort', giveUp, { once: true });
      sweep.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp));
    });
  }

  private async purgeStrays(): Promise<number> {
    const { everyMs, ...bounds } = this.settings.strays;
    await this.ports.strayAnswers.purge(bounds);
    return everyMs;
  }

  private retention(): { retention?: () => Promise<number> } {
    const { dropOldDays } = this.ports;
    if (dropOldDays === undefined) return {};
    const round = new RetentionRound({ ...this.ports, dropOldDays }, this.settings.retention);
    return { retention: () => round.run() };
  }

  private async makePartitions(): Promise<number> {
    const { everyMs, daysAhead } = this.settings.partitions;
    const made = await this.ports.ensurePartitions({ daysAhead });
    if (made.length > 0) this.ports.logger.info({ partitions: made }, 'made partitions for the days ahead');
    return everyMs;
  }

  private async purgeKeys(): Promise<number> {
    const purged = await this.ports.purgeIdempotencyKeys();
    if (purged > 0) this.ports.logger.debug({ purged }, 'deleted idempotency keys that had lapsed');
    return this.settings.keys.everyMs;
  }

  private outage(what: string): OutageObserver {
    const { logger } = this.ports;
    return new OutageObserver({
      failing: (loops, error, sinceMs) =>
        logger.warn({ loops, sinceMs: Math.round(sinceMs), reason: errorLine(error) }, `waiting for ${what}`),
      recovered: (loops, sinceMs) => logger.info({ loops, sinceMs: Math.round(sinceMs) }, `${what} is there again`),
    });
  }
}
