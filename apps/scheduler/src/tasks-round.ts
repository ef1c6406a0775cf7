/** What a round of a runner did, as far as this matters here. */
interface Round {
  /** Tasks that it took up. */
  readonly tasks: number;
}

export interface TasksRoundOptions {
  /** Pause after a round without a task, in ms: how long a new task waits at most. */
  readonly everyMs: number;
  /** How long finished tasks are kept, in ms. */
  readonly keepMs: number;
}

/** Finished tasks that one look removes at most, and the time between two looks. */
const REMOVED_AT_ONCE = 1_000;
const REMOVE_EVERY_MS = 60_000;

/** Works tasks of one kind off, whoever made them, and removes old ones. Replicas need no shards for it: a claim is a row's own. */
export class TasksRound<R extends Round> {
  private removedAt = -Infinity;

  constructor(
    private readonly runner: { round(): Promise<R> },
    private readonly tasks: { removeFinished(olderThanMs: number, limit: number): Promise<number> },
    private readonly done: (round: R) => void,
    private readonly options: TasksRoundOptions,
  ) {}

  /** Returns how long to pause before the next round, in ms. @throws Fault (retryable) when the store is away. */
  async run(): Promise<number> {
    const round = await this.runner.round();
    if (round.tasks > 0) {
      this.done(round);
      return 0;
    }
    if (performance.now() - this.removedAt >= REMOVE_EVERY_MS) {
      const removed = await this.tasks.removeFinished(this.options.keepMs, REMOVED_AT_ONCE);
      if (removed < REMOVED_AT_ONCE) this.removedAt = performance.now();
    }
    return this.options.everyMs;
  }
}
