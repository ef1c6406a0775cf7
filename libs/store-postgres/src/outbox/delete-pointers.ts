import type { FactPointer } from '@downlink/command-engine';
import type { Pool } from 'pg';
import { asFault } from '../pools/pg-fault.js';

/**
 * Each pointer is looked up by its key, and what was found is deleted by its place. Joined plainly, Postgres once chose to
 * walk the whole outbox for each pointer: it is vacuumed at moments when it is empty, and a plan made then took a backlog of a
 * few hundred thousand for one row and ran into the statement's 30 s, which made the backlog larger. By place, and not in the
 * order of the keys: places are visited in order (a TID scan sorts them), so that two who delete the same pointers never
 * wait for each other in a circle.
 */
const TEXT = `delete from outbox where ctid = any (array(
  select held.ctid from unnest($1::bigint[], $2::integer[]) as pointer (command_id, version)
  cross join lateral (
    select ctid from outbox where command_id = pointer.command_id and version = pointer.version limit 1
  ) as held))`;

/** The committer and whoever sweeps leftovers may delete the same pointers at the same time. */
export async function deletePointers(pool: Pool, pointers: readonly FactPointer[]): Promise<void> {
  if (pointers.length === 0) return;
  await asFault(
    pool.query({
      name: 'delete-pointers',
      text: TEXT,
      values: [pointers.map(({ commandId }) => commandId), pointers.map(({ version }) => version)],
    }),
  );
}
