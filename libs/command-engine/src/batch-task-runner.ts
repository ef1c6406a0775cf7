import type { Submit } from '@downlink/command-domain';
import { handleInBatches } from './handle-in-batches.js';
import type { Engine, Outcome } from './outcome.js';
import type { BatchResult, BatchTasks, ClaimedBatchTask } from './ports/batch-tasks.port.js';

export interface BatchTaskRunnerOptions {
  /** Tasks that one round takes at most. */
  readonly maxTasks: number;
  /** Devices of one task in one round; the rest waits for the next, so that a long task does not hold up the others. */
  readonly maxMembers: number;
  /** Signals in one transaction. */
  readonly batchSize: number;
  /** How long a claim lasts, in ms: what a killed runner held is taken up by others after that. */
  readonly claimMs: number;
}

export const DEFAULT_BATCH_TASK_RUNNER_OPTIONS: BatchTaskRunnerOptions = {
  maxTasks: 20,
  maxMembers: 500,
  batchSize: 500,
  claimMs: 15_000,
};

/** What a round did. */
export interface BatchRound {
  readonly tasks: number;
  readonly submitted: number;
  readonly refused: number;
}

interface Wanted {
  readonly taskId: string;
  readonly signal: Submit;
}

/**
 * Works batch tasks off. It keeps nothing between rounds: what a dead runner had handed in and not written down is handed in again
 * under the same command id, found accepted, and counts as such.
 */
export class BatchTaskRunner {
  constructor(
    private readonly tasks: BatchTasks,
    private readonly engine: Engine,
    private readonly options: BatchTaskRunnerOptions = DEFAULT_BATCH_TASK_RUNNER_OPTIONS,
  ) {}

  /**
   * One round: claims tasks, hands a share of each in, in transactions of `batchSize`, and writes the results down. Of a task whose time
   * is over nothing more is handed in.
   * @throws Fault (retryable) when the store is away; the claims then lapse.
   */
  async round(): Promise<BatchRound> {
    const { maxTasks, maxMembers, batchSize, claimMs } = this.options;
    const claimed = await this.tasks.claim(maxTasks, maxMembers, claimMs);
    if (claimed.length === 0) return { tasks: 0, submitted: 0, refused: 0 };
    const wanted = claimed.filter(({ isOver }) => !isOver).flatMap(wantedBy);
    const signals = wanted.map(({ signal }) => signal);
    const outcomes = await handleInBatches(this.engine, signals, batchSize);
    const handedIn = wanted.map(({ taskId, signal }, index) => resultOf(taskId, signal, outcomes[index]!));
    const results = [...handedIn, ...claimed.filter(({ isOver }) => isOver).flatMap(timedOut)];
    await this.tasks.record(
      claimed.map(({ taskId }) => taskId),
      results,
    );
    const refused = results.filter(({ refusal }) => refusal !== null).length;
    return { tasks: claimed.length, submitted: results.length - refused, refused };
  }
}

function wantedBy({ taskId, request, pending }: ClaimedBatchTask): Wanted[] {
  return pending.map(({ deviceId, commandId, target: { lateAnswers, ...own } }) => {
    const policy = { ...request.policy, lateAnswers };
    return {
      taskId,
      signal: { kind: 'submit', commandId, deviceId, request: { ...request, ...own, deviceId, policy } },
    };
  });
}

/** A command that was accepted before was handed in by a runner that died behind its commit. */
function resultOf(taskId: string, { commandId }: Submit, outcome: Outcome): BatchResult {
  return { taskId, commandId, refusal: refusalOf(outcome) };
}

function refusalOf(outcome: Outcome): string | null {
  if (outcome.kind === 'committed') return null;
  if (outcome.kind === 'failed') return 'not-storable';
  const { code } = outcome.rejection;
  return code === 'already-accepted' ? null : code;
}

function timedOut({ taskId, pending }: ClaimedBatchTask): BatchResult[] {
  return pending.map(({ commandId }) => ({ taskId, commandId, refusal: 'task-timed-out' }));
}
