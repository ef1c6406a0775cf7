import type { AcceptedStatus } from '@downlink/command-domain';
import type { CancelTaskCommand } from '@downlink/command-engine';
import type { Pool } from 'pg';
import { commandIdOf, HEAD_COLUMNS, headOf, type StoredHead } from '../commands/head-row.js';
import { asFault } from '../pools/pg-fault.js';
import { isUuid } from '../is-uuid.js';

type FoundRow = {
  task_id: string;
  listed_id: string;
  outcome: 'canceled' | 'not-canceled' | null;
  found_status: AcceptedStatus | null;
} & (StoredHead | { command_id: null });

/**
 * What the tasks are about: of each a page of its commands in the order of the queue, each with the command as it stands
 * now. One statement for any number of tasks; those without a command on that page are missing, ids that are none ignored.
 */
export async function findTaskCommands(
  pool: Pool,
  ids: readonly string[],
  { offset, limit }: { offset: number; limit: number },
): Promise<Map<string, CancelTaskCommand[]>> {
  const known = ids.filter(isUuid);
  if (known.length === 0) return new Map();
  const values = [known, limit, offset];
  const { rows } = await asFault(pool.query<FoundRow>({ name: 'find-cancel-task-commands', text: TEXT, values }));
  const found = new Map<string, CancelTaskCommand[]>();
  for (const row of rows) {
    const commands = found.get(row.task_id);
    if (commands === undefined) found.set(row.task_id, [commandOf(row)]);
    else commands.push(commandOf(row));
  }
  return found;
}

function commandOf(row: FoundRow): CancelTaskCommand {
  return {
    commandId: commandIdOf(row.listed_id),
    outcome: row.outcome ?? 'pending',
    foundStatus: row.found_status,
    head: row.command_id === null ? null : headOf(row),
  };
}

/** The inner limit as in load-heads: partitions are pruned for each id. */
const TEXT = `
select wanted.task_id, listed.command_id as listed_id, listed.outcome, listed.found_status, head.*
from unnest($1::uuid[]) as wanted (task_id)
cross join lateral (
  select command_id, queue_pos, outcome, found_status from cancel_task_command
  where cancel_task_command.task_id = wanted.task_id order by queue_pos limit $2 offset $3
) as listed
left join lateral (select ${HEAD_COLUMNS} from command where command.command_id = listed.command_id limit 1) as head on true
order by wanted.task_id, listed.queue_pos`;
