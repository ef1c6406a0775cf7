import type { AcceptedStatus } from '@downlink/command-domain';
import type { CancelTaskCommand } from '@downlink/command-engine';
import type { Pool } from 'pg';
import { commandIdOf, HEAD_COLUMNS, headOf, type StoredHead } from '../commands/head-row.js';
import { asFault } from '../pools/pg-fault.js';
import { isTaskId } from './task-row.js';

type FoundRow = {
  listed_id: string;
  outcome: 'canceled' | 'not-canceled' | null;
  found_status: AcceptedStatus | null;
} & (StoredHead | { command_id: null });

/** What the task is about, in the order of the queue, each with the command as it stands now. */
export async function findTaskCommands(
  pool: Pool,
  id: string,
  { offset, limit }: { offset: number; limit: number },
): Promise<CancelTaskCommand[]> {
  if (!isTaskId(id)) return [];
  const values = [id, limit, offset];
  const { rows } = await asFault(pool.query<FoundRow>({ name: 'find-cancel-task-commands', text: TEXT, values }));
  return rows.map((row) => ({
    commandId: commandIdOf(row.listed_id),
    outcome: row.outcome ?? 'pending',
    foundStatus: row.found_status,
    head: row.command_id === null ? null : headOf(row),
  }));
}

/** The inner limit as in load-heads: partitions are pruned for each id. */
const TEXT = `
select listed.command_id as listed_id, listed.outcome, listed.found_status, head.*
from (
  select command_id, queue_pos, outcome, found_status from cancel_task_command
  where task_id = $1 order by queue_pos limit $2 offset $3
) as listed
left join lateral (select ${HEAD_COLUMNS} from command where command.command_id = listed.command_id limit 1) as head on true
order by listed.queue_pos`;
