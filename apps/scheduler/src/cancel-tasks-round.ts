import {
  CancelTaskRunner,
  type CancelRound,
  type CancelTaskRunnerOptions,
  type CancelTasks,
  type Engine,
} from '@downlink/command-engine';

export interface CancelTasksRoundOptions extends CancelTaskRunnerOptions {
  /** Pause after a round without a task, in ms: how long a new task waits at most. */
  readonly everyMs: number;
  /** How long finished tasks are kept, in ms. */
  readonly keepMs: number;
}

/** Finished tasks that one look removes at most, and the time between two looks. */
const REMOVED_AT_ONCE = 1_000;
const REMOVE_EVERY_MS = 60_000;

/** Works cancel tasks off, whoever made them, and removes old ones. Replicas need no shards for it: a claim is a row's own. */
export class CancelTasksRound {
  private readonly runner: CancelTaskRunner;
  private removedAt = -Infinity;

  constructor(
    private readonly tasks: CancelTasks,
    engine: Engine,
    private readonly observer: { canceled(round: CancelRound): void },
    private readonly options: CancelTasksRoundOptions,
  ) {
    this.runner = new CancelTaskRunner(tasks, engine, options);
  }

  /** Returns how long to pause before the next round, in ms. @throws Fault (retryable) when the store is away. */
  async run(): Promise<number> {
    const round = await this.runner.round();
    if (round.tasks > 0) {
      this.observer.canceled(round);
      return 0;
    }
    if (performance.now() - this.removedAt >= REMOVE_EVERY_MS) {
      const removed = await this.tasks.removeFinished(this.options.keepMs, REMOVED_AT_ONCE);
      if (removed < REMOVED_AT_ONCE) this.removedAt = performance.now();
    }
    return this.options.everyMs;
  }
}
