import type { CommandId } from '@downlink/command-domain';
import type { Head } from '@downlink/command-engine';
import type { ClientBase } from 'pg';
import { asFault } from '../pools/pg-fault.js';
import { headOf, HEAD_COLUMNS, type StoredHead } from './head-row.js';

const TEXT = `select now_ms() as now, ${HEAD_COLUMNS} from (select) as once
  left join command on command_id = any($1::bigint[])`;

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
