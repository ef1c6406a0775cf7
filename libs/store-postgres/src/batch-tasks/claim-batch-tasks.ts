import type { BatchRequest, BatchTarget, ClaimedBatchTask } from '@downlink/command-engine';
import type { Pool } from 'pg';
import { commandIdOf } from '../commands/head-row.js';
import { asFault } from '../pools/pg-fault.js';

export interface BatchClaimLimits {
  readonly maxTasks: number;
  readonly maxMembers: number;
  readonly claimMs: number;
}

interface ClaimedRow {
  id: string;
  request: BatchRequest;
  is_over: boolean;
  pending: { deviceId: string; commandId: string; target: BatchTarget }[];
}

/** One statement, one commit; tasks that another runner is claiming or settling are passed over. */
export async function claimBatchTasks(pool: Pool, limits: BatchClaimLimits): Promise<ClaimedBatchTask[]> {
  const values = [limits.maxTasks, limits.maxMembers, Math.round(limits.claimMs)];
  const { rows } = await asFault(pool.query<ClaimedRow>({ name: 'claim-batch-tasks', text: TEXT, values }));
  return rows.map(({ id, request, is_over, pending }) => ({
    taskId: id,
    request,
    isOver: is_over,
    pending: pending.map((member) => ({ ...member, commandId: commandIdOf(member.commandId) })),
  }));
}

const TEXT = `
with open as materialized (
  select id from batch_task where next_at <= (select now_ms())
  order by next_at limit $1 for update skip locked
), claimed as (
  update batch_task t
  set started_at = coalesce(started_at, (select now_ms())), next_at = (select now_ms()) + $3::bigint
  from open where t.id = open.id
  returning t.id, t.request, t.created_at + t.timeout_ms <= (select now_ms()) as is_over
)
select claimed.*, coalesce((
  select json_agg(json_build_object('deviceId', m.device_id, 'commandId', m.command_id::text, 'target', m.target) order by m.place)
  from (
    select * from batch_member where batch_member.task_id = claimed.id and outcome is null order by place limit $2
  ) as m
), '[]') as pending
from claimed`;
