import type { Engine, Outcome } from './outcome.js';
import type { DueCommand, DueCommands } from './ports/due-commands.port.js';

export interface DueRunnerOptions {
  /** How far ahead one look-up sees, in ms; also the longest pause between look-ups. */
  readonly lookAheadMs: number;
  /** Commands in one look-up. */
  readonly pageSize: number;
  /** Signals in one transaction. */
  readonly batchSize: number;
}

export const DEFAULT_DUE_RUNNER_OPTIONS: DueRunnerOptions = { lookAheadMs: 500, pageSize: 2_000, batchSize: 500 };

/**
 * Turns deadlines into `time-due` signals. It keeps no timer: each round asks the database what falls due soon and
 * fires it when the database's clock says so; what a dead scheduler left is simply due for the next one.
 */
export class DueRunner {
  constructor(
    private readonly due: DueCommands,
    private readonly engine: Engine,
    private readonly options: DueRunnerOptions = DEFAULT_DUE_RUNNER_OPTIONS,
  ) {}

  /**
   * One round over these shards: fires everything that falls due within the look-ahead, each not before its time, and
   * returns the outcomes. Takes `lookAheadMs` at most unless a full page says that more is waiting.
   * @throws Fault (retryable) when the store is away.
   */
  async round(shards: readonly number[], signal: AbortSignal): Promise<Outcome[]> {
    const { lookAheadMs, pageSize } = this.options;
    const { now, commands } = await this.due.due(shards, lookAheadMs, pageSize);
    const askedAt = performance.now();
    const outcomes: Outcome[] = [];
    let rest = commands;
    while (rest.length > 0 && !signal.aborted) {
      await pause(rest[0]!.dueAt - now - (performance.now() - askedAt), signal);
      const databaseNow = now + performance.now() - askedAt;
      const ripe = rest.filter(({ dueAt }) => dueAt <= databaseNow).slice(0, this.options.batchSize);
      rest = rest.slice(ripe.length);
      outcomes.push(...(await this.engine.handle(ripe.map(timeDue))));
    }
    if (commands.length < pageSize) await pause(lookAheadMs - (performance.now() - askedAt), signal);
    return outcomes;
  }
}

function timeDue({ commandId, deviceId }: DueCommand) {
  return { kind: 'time-due', commandId, deviceId } as const;
}

/** Waits until the time has passed or the signal aborts. Rounded up and 1 ms more: a timer may fire that much early, and nothing else may. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms <= 0 || signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const wake = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', wake);
      resolve();
    };
    const timer = setTimeout(wake, Math.ceil(ms) + 1);
    signal.addEventListener('abort', wake);
  });
}
