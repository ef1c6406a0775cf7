import type { BatchMember, BatchMemberQuery, BatchMemberState } from '@downlink/command-engine';
import type { Pool } from 'pg';
import { isUuid } from '../is-uuid.js';
import { commandIdOf, headOf, HEAD_COLUMNS, type StoredHead } from '../commands/head-row.js';
import { asFault } from '../pools/pg-fault.js';

/** The inner limit as in load-heads: partitions are pruned for each id. */
const MEMBERS = `
  select m.place, m.device_id as member_device, m.command_id as member_command, m.refusal,
    case m.outcome when 'submitted' then coalesce(now.status, 'gone') when 'refused' then 'refused' else 'pending' end as standing
  from batch_member m left join lateral (
    select status from command where command.command_id = m.command_id limit 1
  ) as now on m.outcome = 'submitted'
  where m.task_id = $1`;

const COUNTS = `select standing, count(*)::int as count from (${MEMBERS}) as members group by standing`;

const PAGE = `
with matching as materialized (
  select * from (${MEMBERS}) as members
  where ($2::text is null or member_device = $2) and ($3::bigint is null or member_command = $3)
    and ($4::text[] is null or standing = any ($4))
)
select (select count(*)::int from matching) as total, page.*, head.*
from (select true) as one left join (select * from matching order by place limit $5 offset $6) as page on true
left join lateral (
  select ${HEAD_COLUMNS} from command where command.command_id = page.member_command and page.standing <> 'refused' limit 1
) as head on true
order by page.place`;

interface FoundRow extends Omit<StoredHead, 'command_id'> {
  /** null where there is no head */
  command_id: string | null;
  total: number;
  place: number | null;
  member_device: string;
  member_command: string;
  refusal: string | null;
  standing: BatchMemberState;
}

/** How many devices of a task stand where. */
export async function countBatchMembers(pool: Pool, id: string): Promise<Map<BatchMemberState, number>> {
  if (!isUuid(id)) return new Map();
  const { rows } = await asFault(
    pool.query<{ standing: BatchMemberState; count: number }>({
      name: 'count-batch-members',
      text: COUNTS,
      values: [id],
    }),
  );
  return new Map(rows.map(({ standing, count }) => [standing, count]));
}

/** One page and the number of all that match, from one snapshot. */
export async function findBatchMembers(
  pool: Pool,
  query: BatchMemberQuery,
): Promise<{ members: BatchMember[]; total: number }> {
  const { taskId, deviceId = null, commandId = null, states = null, limit, offset } = query;
  if (!isUuid(taskId)) return { members: [], total: 0 };
  const values = [taskId, deviceId, commandId, states, limit, offset];
  const { rows } = await asFault(pool.query<FoundRow>({ name: 'find-batch-members', text: PAGE, values }));
  return { members: rows.filter(({ place }) => place !== null).map(memberOf), total: rows[0]!.total };
}

function memberOf(row: FoundRow): BatchMember {
  return {
    deviceId: row.member_device,
    commandId: commandIdOf(row.member_command),
    state: row.standing,
    refusal: row.refusal,
    head: row.command_id === null ? null : headOf({ ...row, command_id: row.command_id }),
  };
}
