import type { BatchTask, NewBatchTask } from '@downlink/command-engine';
import type { Pool } from 'pg';
import { arraysOf, unnested } from '../commands/column-arrays.js';
import { asFault } from '../pools/pg-fault.js';
import { BATCH_TASK_COLUMNS, batchTaskOf, type BatchTaskRow } from './batch-task-row.js';

const COLUMNS = {
  place: 'integer',
  device_id: 'text',
  command_id: 'bigint',
  target: 'jsonb',
  refusal: 'text',
} as const;

/** Writes the task and all its devices with one statement and one commit. */
export async function createBatchTask(pool: Pool, task: NewBatchTask): Promise<BatchTask> {
  const members = task.members.map((member, place) => ({
    place,
    device_id: member.deviceId,
    command_id: member.commandId,
    target: 'target' in member ? JSON.stringify(member.target) : null,
    refusal: 'refusal' in member ? member.refusal : null,
  }));
  const { applicationId, name, timeoutMs, details, request } = task;
  const own = [applicationId, name, Math.round(timeoutMs), JSON.stringify(details), JSON.stringify(request)];
  const values = [...own, ...arraysOf(COLUMNS, members)];
  const { rows } = await asFault(pool.query<BatchTaskRow>({ name: 'create-batch-task', text: TEXT, values }));
  return batchTaskOf(rows[0]!);
}

/** A task of which every device was refused from the beginning is finished by the first runner that looks at it. */
const TEXT = `
with given as materialized (
  select * from ${unnested(COLUMNS, 'rows', 6)}
), task as (
  insert into batch_task (application_id, name, timeout_ms, details, request, total, created_at, next_at)
  select $1, $2, $3::bigint, $4::json, $5::jsonb, (select count(*) from given), clock.now, clock.now
  from (select now_ms() as now) as clock
  returning *
), members as (
  insert into batch_member (task_id, place, device_id, command_id, target, outcome, refusal)
  select task.id, given.place, given.device_id, given.command_id, given.target,
    case when given.refusal is not null then 'refused' end, given.refusal
  from task cross join given
)
select ${BATCH_TASK_COLUMNS} from task`;
