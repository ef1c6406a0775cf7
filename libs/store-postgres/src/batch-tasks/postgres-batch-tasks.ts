import type {
  BatchMember,
  BatchMemberQuery,
  BatchMemberState,
  BatchResult,
  BatchTask,
  BatchTasks,
  ClaimedBatchTask,
  NewBatchTask,
} from '@downlink/command-engine';
import type { Pool } from 'pg';
import { isUuid } from '../is-uuid.js';
import { asFault } from '../pools/pg-fault.js';
import { BATCH_TASK_COLUMNS, batchTaskOf, type BatchTaskRow } from './batch-task-row.js';
import { claimBatchTasks } from './claim-batch-tasks.js';
import { createBatchTask } from './create-batch-task.js';
import { countBatchMembers, findBatchMembers } from './find-batch-members.js';
import { recordBatchResults } from './record-batch-results.js';

/** Batch tasks in Postgres; see the port. */
export class PostgresBatchTasks implements BatchTasks {
  constructor(private readonly pool: Pool) {}

  create(task: NewBatchTask): Promise<BatchTask> {
    return createBatchTask(this.pool, task);
  }

  async find(id: string, applicationId: string): Promise<BatchTask | undefined> {
    if (!isUuid(id)) return undefined;
    const values = [id, applicationId];
    const { rows } = await asFault(this.pool.query<BatchTaskRow>({ name: 'find-batch-task', text: FIND, values }));
    return rows[0] && batchTaskOf(rows[0]);
  }

  counts(id: string): Promise<Map<BatchMemberState, number>> {
    return countBatchMembers(this.pool, id);
  }

  members(query: BatchMemberQuery): Promise<{ members: BatchMember[]; total: number }> {
    return findBatchMembers(this.pool, query);
  }

  claim(maxTasks: number, maxMembers: number, claimMs: number): Promise<ClaimedBatchTask[]> {
    return claimBatchTasks(this.pool, { maxTasks, maxMembers, claimMs });
  }

  async record(taskIds: readonly string[], results: readonly BatchResult[]): Promise<void> {
    if (taskIds.length > 0) await recordBatchResults(this.pool, taskIds, results);
  }

  async removeFinished(olderThanMs: number, limit: number): Promise<number> {
    const values = [Math.round(olderThanMs), limit];
    const { rowCount } = await asFault(this.pool.query({ name: 'remove-batch-tasks', text: REMOVE, values }));
    return rowCount ?? 0;
  }
}

const FIND = `select ${BATCH_TASK_COLUMNS} from batch_task where id = $1 and application_id = $2`;

const REMOVE = `
delete from batch_task where id = any(array(
  select id from batch_task where submitted_at <= (select now_ms()) - $1::bigint
  order by submitted_at limit $2 for update skip locked
))`;
