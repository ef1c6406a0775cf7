import type { FactPointer } from '@downlink/command-engine';
import type { Pool } from 'pg';
import { asFault } from '../pools/pg-fault.js';

const TEXT = `delete from outbox using unnest($1::bigint[], $2::integer[]) as pointer (command_id, version)
  where outbox.command_id = pointer.command_id and outbox.version = pointer.version`;

/** In one order for everybody: the committer and whoever sweeps leftovers may delete the same pointers at the same time. */
export async function deletePointers(pool: Pool, pointers: readonly FactPointer[]): Promise<void> {
  if (pointers.length === 0) return;
  const ordered = pointers.toSorted(
    (a, b) => (a.commandId < b.commandId ? -1 : Number(a.commandId > b.commandId)) || a.version - b.version,
  );
  await asFault(
    pool.query({
      name: 'delete-pointers',
      text: TEXT,
      values: [ordered.map(({ commandId }) => commandId), ordered.map(({ version }) => version)],
    }),
  );
}
