import {
  DueRunner,
  type DueCommands,
  type DueRunnerOptions,
  type Engine,
  type Outcome,
} from '@downlink/command-engine';
import type { CommandId } from '@downlink/command-domain';

/** What a round tells metrics. */
export interface DueObserver {
  /** A deadline was fired and committed, `latenessMs` after it fell due (database time on both sides). */
  fired(event: string, latenessMs: number): void;
  /** A deadline was fired and nothing came of it: the command had moved on, or its lane is blocked. */
  rejected(code: string): void;
  /** The store cannot take what this deadline causes. */
  failed(commandId: CommandId, cause: unknown): void;
}

export interface DueRoundOptions extends DueRunnerOptions {
  /** Pause after a round in which nothing moved although commands were due, in ms. */
  readonly stuckMs: number;
}

/** One round of what time causes, measured, and slowed down when nothing of it can move. */
export class DueRound {
  private readonly runner: DueRunner;
  private dueAt = new Map<CommandId, number>();

  constructor(
    due: DueCommands,
    engine: Engine,
    private readonly observer: DueObserver,
    private readonly options: DueRoundOptions,
  ) {
    const remembering: DueCommands = {
      due: async (shards, withinMs, limit) => {
        const found = await due.due(shards, withinMs, limit);
        this.dueAt = new Map(found.commands.map(({ commandId, dueAt }) => [commandId, dueAt]));
        return found;
      },
    };
    this.runner = new DueRunner(remembering, engine, options);
  }

  /** Returns how long to pause before the next round, in ms. @throws Fault (retryable) when the store is away. */
  async run(shards: readonly number[], signal: AbortSignal): Promise<number> {
    if (shards.length === 0) return this.options.lookAheadMs;
    const outcomes = await this.runner.round(shards, signal);
    for (const outcome of outcomes) this.note(outcome);
    const stuck = outcomes.length > 0 && outcomes.every(({ kind }) => kind !== 'committed');
    return stuck ? this.options.stuckMs : 0;
  }

  private note(outcome: Outcome): void {
    if (outcome.signal.kind !== 'time-due') return;
    const { commandId } = outcome.signal;
    if (outcome.kind === 'rejected') return this.observer.rejected(outcome.rejection.code);
    if (outcome.kind === 'failed') return this.observer.failed(commandId, outcome.cause);
    const first = outcome.events[0];
    const dueAt = this.dueAt.get(commandId);
    if (first !== undefined && dueAt !== undefined) this.observer.fired(first.event.type, first.event.at - dueAt);
  }
}
