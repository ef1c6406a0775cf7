import type { CommandId, DeviceId } from '@downlink/command-domain';
import { handleInBatches } from './handle-in-batches.js';
import type { Engine, Outcome } from './outcome.js';
import type { CancelResult, CancelTasks, ClaimedCancelTask } from './ports/cancel-tasks.port.js';

export interface CancelTaskRunnerOptions {
  /** Tasks that one round takes at most. */
  readonly maxTasks: number;
  /** Commands of one task in one round; the rest waits for the next, so that a long queue does not hold up other tasks. */
  readonly maxCommands: number;
  /** Signals in one transaction. */
  readonly batchSize: number;
  /** How long a claim lasts, in ms: what a killed runner held is taken up by others after that. */
  readonly claimMs: number;
}

export const DEFAULT_CANCEL_TASK_RUNNER_OPTIONS: CancelTaskRunnerOptions = {
  maxTasks: 20,
  maxCommands: 500,
  batchSize: 500,
  claimMs: 15_000,
};

/** What a round did. */
export interface CancelRound {
  readonly tasks: number;
  readonly canceled: number;
  readonly notCanceled: number;
}

interface Wanted {
  readonly taskId: string;
  readonly commandId: CommandId;
  readonly deviceId: DeviceId;
}

/**
 * Works cancel tasks off. It keeps nothing between rounds: what a dead runner had canceled and not written down is found
 * canceled by the next one, and counts as canceled.
 */
export class CancelTaskRunner {
  constructor(
    private readonly tasks: CancelTasks,
    private readonly engine: Engine,
    private readonly options: CancelTaskRunnerOptions = DEFAULT_CANCEL_TASK_RUNNER_OPTIONS,
  ) {}

  /**
   * One round: claims tasks, cancels a share of each in transactions of `batchSize`, writes the results down.
   * @throws Fault (retryable) when the store is away; the claims then lapse.
   */
  async round(): Promise<CancelRound> {
    const { maxTasks, maxCommands, claimMs } = this.options;
    const claimed = await this.tasks.claim(maxTasks, maxCommands, claimMs);
    if (claimed.length === 0) return { tasks: 0, canceled: 0, notCanceled: 0 };
    const results = await this.cancel(claimed.flatMap(wantedBy));
    await this.tasks.record(
      claimed.map(({ taskId }) => taskId),
      results,
    );
    const canceled = results.filter(({ outcome }) => outcome === 'canceled').length;
    return { tasks: claimed.length, canceled, notCanceled: results.length - canceled };
  }

  private async cancel(wanted: readonly Wanted[]): Promise<CancelResult[]> {
    const signals = wanted.map(({ commandId, deviceId }) => ({ kind: 'cancel', commandId, deviceId }) as const);
    const outcomes = await handleInBatches(this.engine, signals, this.options.batchSize);
    return wanted.map(({ taskId, commandId }, index) => ({ taskId, commandId, ...resultOf(outcomes[index]!) }));
  }
}

function wantedBy({ taskId, deviceId, pending }: ClaimedCancelTask): Wanted[] {
  return pending.map((commandId) => ({ taskId, commandId, deviceId }));
}

/** The status counts and not who brought it about: two tasks may meet, and a runner may have died after its commit. */
function resultOf(outcome: Outcome): Pick<CancelResult, 'outcome' | 'foundStatus'> {
  const status = outcome.kind === 'failed' ? null : (outcome.head?.state.status ?? null);
  return status === 'canceled'
    ? { outcome: 'canceled', foundStatus: null }
    : { outcome: 'not-canceled', foundStatus: status };
}
