import type { ClaimedCancelTask } from '@downlink/command-engine';
import type { Pool } from 'pg';
import { commandIdOf } from '../commands/head-row.js';
import { asFault } from '../pools/pg-fault.js';

export interface ClaimLimits {
  readonly maxTasks: number;
  readonly maxCommands: number;
  readonly claimMs: number;
}

/** One statement, one commit; tasks that another runner is claiming or settling are passed over. */
export async function claimTasks(pool: Pool, limits: ClaimLimits): Promise<ClaimedCancelTask[]> {
  const values = [limits.maxTasks, limits.maxCommands, Math.round(limits.claimMs)];
  const { rows } = await asFault(
    pool.query<{ id: string; device_id: string; pending: string[] }>({
      name: 'claim-cancel-tasks',
      text: TEXT,
      values,
    }),
  );
  return rows.map(({ id, device_id, pending }) => ({
    taskId: id,
    deviceId: device_id,
    pending: pending.map(commandIdOf),
  }));
}

const TEXT = `
with open as materialized (
  select id from cancel_task where next_at <= (select now_ms())
  order by next_at limit $1 for update skip locked
), claimed as (
  update cancel_task t
  set status = 'running', started_at = coalesce(started_at, (select now_ms())), next_at = (select now_ms()) + $3::bigint
  from open where t.id = open.id
  returning t.id, t.device_id
)
select claimed.id, claimed.device_id, array(
  select c.command_id::text from cancel_task_command c
  where c.task_id = claimed.id and c.outcome is null
  order by c.queue_pos desc limit $2
) as pending
from claimed`;
