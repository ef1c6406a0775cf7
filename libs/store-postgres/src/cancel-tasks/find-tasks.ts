import type { CancelTask, CancelTaskQuery } from '@downlink/command-engine';
import type { Pool } from 'pg';
import { asFault } from '../pools/pg-fault.js';
import { countedPage } from '../reading/pages.js';
import { isUuid } from '../is-uuid.js';
import { TASK_COLUMNS, taskOf, type TaskRow } from './task-row.js';

export async function findTask(pool: Pool, id: string): Promise<CancelTask | undefined> {
  if (!isUuid(id)) return undefined;
  const text = `select ${TASK_COLUMNS} from cancel_task where id = $1`;
  const { rows } = await asFault(pool.query<TaskRow>({ name: 'find-cancel-task', text, values: [id] }));
  return rows[0] && taskOf(rows[0]);
}

/** One page and the number of all that match, newest first. */
export async function searchTasks(pool: Pool, query: CancelTaskQuery): Promise<{ tasks: CancelTask[]; total: number }> {
  const { applicationId, id, deviceId, statuses, from, until, after, limit, offset } = query;
  if (id !== undefined && !isUuid(id)) return { tasks: [], total: 0 };
  const { rows, total } = await countedPage<TaskRow>(pool, {
    table: 'cancel_task',
    columns: TASK_COLUMNS,
    key: 'id',
    ...(after !== undefined && { after }),
    conditions: (parameter) => [
      `application_id = ${parameter(applicationId)}`,
      id !== undefined && `id = ${parameter(id)}`,
      deviceId !== undefined && `device_id = ${parameter(deviceId)}`,
      statuses !== undefined && `status = any(${parameter(statuses)}::text[])`,
      from !== undefined && `created_at >= ${parameter(wholeMs(from))}`,
      until !== undefined && `created_at < ${parameter(wholeMs(until))}`,
    ],
    limit,
    offset,
  });
  return { tasks: rows.map(taskOf), total };
}

/** Callers may ask for any time; the column ends at 2^63. */
const wholeMs = (ms: number) => Math.ceil(Math.max(0, Math.min(ms, Number.MAX_SAFE_INTEGER)));
