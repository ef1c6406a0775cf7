import type { CommandId } from '@downlink/command-domain';
import type { Head } from '@downlink/command-engine';
import type { ClientBase } from 'pg';
import { asFault } from '../pools/pg-fault.js';
import { headOf, LOCKED_HEAD_COLUMNS, type StoredHead } from './head-row.js';

/**
 * One look-up for each id and not `= any`: Postgres prunes partitions for each of them, but not for an array that comes as a
 * parameter, which would be looked up in every partition. The limit keeps it that way, whatever the statistics say.
 */
const TEXT = `select now_ms() as now, found.* from (select) as once
  left join (
    select head.* from unnest($1::bigint[]) as wanted (id)
    cross join lateral (select ${LOCKED_HEAD_COLUMNS} from command where command_id = wanted.id limit 1) as head
  ) as found on true`;

/**
 * Loads heads and reads the clock. To be sent after the lanes are locked, as a statement of its own: in read committed every
 * statement sees what was committed before it began, so that this one sees what the previous holder of the locks wrote. Joined
 * to the locking statement it would read from a snapshot older than the lock.
 */
export async function loadHeads(
  client: ClientBase,
  commandIds: readonly CommandId[],
): Promise<{ now: number; heads: Map<CommandId, Head> }> {
  const { rows } = await asFault(
    client.query<{ now: string } & (StoredHead | { command_id: null })>({
      name: 'load-heads',
      text: TEXT,
      values: [commandIds],
    }),
  );
  const heads = rows.flatMap((row) => (row.command_id === null ? [] : [headOf(row)]));
  return { now: Number(rows[0]!.now), heads: new Map(heads.map((head) => [head.commandId, head])) };
}
