import type { DeviceId } from '@downlink/command-domain';
import type { CancelTask } from '@downlink/command-engine';
import type { Pool } from 'pg';
import { asFault } from '../pools/pg-fault.js';
import { TASK_COLUMNS, taskOf, type TaskRow } from './task-row.js';

/** Writes the wish and the commands that it is about, from one snapshot and with one commit. */
export async function createTask(
  pool: Pool,
  { applicationId, deviceId }: { applicationId: string; deviceId: DeviceId },
): Promise<CancelTask> {
  const values = [applicationId, deviceId];
  const { rows } = await asFault(pool.query<TaskRow>({ name: 'create-cancel-task', text: TEXT, values }));
  return taskOf(rows[0]!);
}

/** The offset is a fence: the device's queue is short, and the index of an application's commands is all that it ever sent. */
const TEXT = `
with waiting as materialized (
  select command_id, queue_pos from (
    select command_id, queue_pos, application_id from command
    where device_id = $2 and queue_pos is not null order by queue_pos offset 0
  ) as queue
  where application_id = $1
), task as (
  insert into cancel_task (application_id, device_id, total, created_at, next_at)
  select $1, $2, (select count(*) from waiting), clock.now, clock.now from (select now_ms() as now) as clock
  returning ${TASK_COLUMNS}
), commands as (
  insert into cancel_task_command (task_id, command_id, queue_pos)
  select task.id, waiting.command_id, waiting.queue_pos from task cross join waiting
)
select ${TASK_COLUMNS} from task`;
