import type { CancelTask, CancelTaskQuery } from '@downlink/command-engine';
import type { Pool } from 'pg';
import { asFault } from '../pools/pg-fault.js';
import { isTaskId, TASK_COLUMNS, taskOf, type TaskRow } from './task-row.js';

export async function findTask(pool: Pool, id: string): Promise<CancelTask | undefined> {
  if (!isTaskId(id)) return undefined;
  const text = `select ${TASK_COLUMNS} from cancel_task where id = $1`;
  const { rows } = await asFault(pool.query<TaskRow>({ name: 'find-cancel-task', text, values: [id] }));
  return rows[0] && taskOf(rows[0]);
}

/** One page and the number of all that match, newest first, both from one snapshot. */
export async function searchTasks(pool: Pool, query: CancelTaskQuery): Promise<{ tasks: CancelTask[]; total: number }> {
  const values: unknown[] = [];
  const parameter = (value: unknown) => `$${String(values.push(value))}`;
  const filter = conditions(query, parameter).join(' and ');
  const text = `select found.count, page.* from (select count(*)::int as count from cancel_task where ${filter}) as found
    left join lateral (
      select ${TASK_COLUMNS} from cancel_task where ${filter}
      order by id desc limit ${parameter(query.limit)} offset ${parameter(query.offset)}
    ) as page on true`;
  const { rows } = await asFault(pool.query<{ count: number } & (TaskRow | { id: null })>({ text, values }));
  return { tasks: rows.flatMap((row) => (row.id === null ? [] : [taskOf(row)])), total: rows[0]!.count };
}

function conditions(query: CancelTaskQuery, parameter: (value: unknown) => string): string[] {
  const { applicationId, deviceId, statuses, from, until } = query;
  return [
    `application_id = ${parameter(applicationId)}`,
    deviceId === undefined ? '' : `device_id = ${parameter(deviceId)}`,
    statuses === undefined ? '' : `status = any(${parameter(statuses)}::text[])`,
    from === undefined ? '' : `created_at >= ${parameter(wholeMs(from))}`,
    until === undefined ? '' : `created_at < ${parameter(wholeMs(until))}`,
  ].filter((condition) => condition !== '');
}

/** Callers may ask for any time; the column ends at 2^63. */
const wholeMs = (ms: number) => Math.ceil(Math.max(0, Math.min(ms, Number.MAX_SAFE_INTEGER)));
