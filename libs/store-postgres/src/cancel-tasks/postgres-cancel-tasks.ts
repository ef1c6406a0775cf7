import type { DeviceId } from '@downlink/command-domain';
import type {
  CancelResult,
  CancelTask,
  CancelTaskCommand,
  CancelTaskQuery,
  CancelTasks,
  ClaimedCancelTask,
} from '@downlink/command-engine';
import type { Pool } from 'pg';
import { asFault } from '../pools/pg-fault.js';
import { claimTasks } from './claim-tasks.js';
import { createTask } from './create-task.js';
import { findTaskCommands } from './find-task-commands.js';
import { findTask, searchTasks } from './find-tasks.js';
import { recordResults } from './record-results.js';

/** Cancel tasks in Postgres; see the port. */
export class PostgresCancelTasks implements CancelTasks {
  constructor(private readonly pool: Pool) {}

  create(about: { applicationId: string; deviceId: DeviceId }): Promise<CancelTask> {
    return createTask(this.pool, about);
  }

  find(id: string): Promise<CancelTask | undefined> {
    return findTask(this.pool, id);
  }

  search(query: CancelTaskQuery): Promise<{ tasks: CancelTask[]; total: number }> {
    return searchTasks(this.pool, query);
  }

  async commands(id: string, page: { offset: number; limit: number }): Promise<CancelTaskCommand[]> {
    return (await findTaskCommands(this.pool, [id], page)).get(id) ?? [];
  }

  firstCommands(ids: readonly string[], most: number): Promise<Map<string, CancelTaskCommand[]>> {
    return findTaskCommands(this.pool, ids, { offset: 0, limit: most });
  }

  claim(maxTasks: number, maxCommands: number, claimMs: number): Promise<ClaimedCancelTask[]> {
    return claimTasks(this.pool, { maxTasks, maxCommands, claimMs });
  }

  async record(taskIds: readonly string[], results: readonly CancelResult[]): Promise<void> {
    if (taskIds.length > 0) await recordResults(this.pool, taskIds, results);
  }

  async removeFinished(olderThanMs: number, limit: number): Promise<number> {
    const values = [Math.round(olderThanMs), limit];
    const { rowCount } = await asFault(this.pool.query({ name: 'remove-cancel-tasks', text: REMOVE, values }));
    return rowCount ?? 0;
  }
}

const REMOVE = `
delete from cancel_task where id = any(array(
  select id from cancel_task where finished_at <= (select now_ms()) - $1::bigint
  order by finished_at limit $2 for update skip locked
))`;
