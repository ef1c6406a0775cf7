import { FINAL_STATUSES, type CommandId } from '@downlink/command-domain';
import type { Head } from '@downlink/command-engine';
import type { Pool } from 'pg';
import { headOf, HEAD_COLUMNS, type StoredHead } from '../commands/head-row.js';
import { asFault } from '../pools/pg-fault.js';

/** The look-up is fenced off by its limit, so that it is one by primary key for each id. */
const TEXT = `select found.* from unnest($1::bigint[]) as asked (command_id)
  cross join lateral (
    select ${HEAD_COLUMNS}, status from command where command.command_id = asked.command_id limit 1
  ) as found
  where found.status = any ($2::text[])`;

/** One statement for any number of commands; only those that are final, or as they are asked for, cross the wire. */
export async function findFinalHeads(pool: Pool, commandIds: readonly CommandId[], or?: 'delivered'): Promise<Head[]> {
  if (commandIds.length === 0) return [];
  const statuses = or === undefined ? FINAL_STATUSES : [...FINAL_STATUSES, or];
  const { rows } = await asFault(
    pool.query<StoredHead>({
      name: 'find-final-heads',
      text: TEXT,
      values: [[...new Set(commandIds)], statuses],
    }),
  );
  return rows.map(headOf);
}
