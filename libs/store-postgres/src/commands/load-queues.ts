import type { Head, Queue } from '@downlink/command-engine';
import type { ClientBase } from 'pg';
import { asFault } from '../pools/pg-fault.js';
import { headOf, LOCKED_HEAD_COLUMNS, type StoredHead } from './head-row.js';

/**
 * The order is not needed; it makes the planner take the index of queues, which holds what is queued and nothing else. The
 * application is compared outside, or its index, which holds everything that the application ever sent, looks as good.
 */
const TEXT = `select head.* from unnest($1::text[], $2::text[], $3::text[]) as queues (device_id, application_id, mode)
  cross join lateral (
    select ${LOCKED_HEAD_COLUMNS}, application_id from command
    where command.device_id = queues.device_id and queue_pos is not null
    order by queue_pos offset 0
  ) as head
  where head.application_id = coalesce(queues.application_id, head.application_id)
    and head.request ->> 'mode' = coalesce(queues.mode, head.request ->> 'mode')`;

/** Everything that is queued in these parts of locked lanes. One statement for any number of lanes. */
export async function loadQueues(client: ClientBase, queues: readonly Queue[]): Promise<Head[]> {
  const parts = new Map(
    queues.map(({ deviceId, applicationId, mode }) => [
      JSON.stringify([deviceId, applicationId, mode]),
      [deviceId, applicationId, mode] as const,
    ]),
  );
  const rowsOf = [...parts.values()];
  const values = [0, 1, 2].map((column) => rowsOf.map((row) => row[column]));
  const { rows } = await asFault(client.query<StoredHead>({ name: 'load-queues', text: TEXT, values }));
  return rows.map(headOf);
}
