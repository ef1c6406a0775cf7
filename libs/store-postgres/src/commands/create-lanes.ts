import type { DeviceId } from '@downlink/command-domain';
import type { ClientBase } from 'pg';
import { asFault } from '../pools/pg-fault.js';
import { shardOf } from '../shard-of.js';

/**
 * In id order over all lanes of the batch, also those that exist: `do update … where false` locks such a row and writes
 * nothing (PostgreSQL, INSERT, ON CONFLICT), so that one pass both creates and locks. Creating first and locking afterwards
 * would take the locks out of order, and a deadlock costs a second (deadlock_timeout) before anybody notices.
 */
const TEXT = `insert into device_lane (device_id, shard)
  select device_id, shard from unnest($1::text[], $2::smallint[]) as lanes (device_id, shard) order by device_id collate "C"
  on conflict (device_id) do update set device_id = excluded.device_id where false`;

/** Creates the lanes that are missing and locks all of them, in id order. No lock may be held before. */
export async function createLanes(client: ClientBase, deviceIds: readonly DeviceId[]): Promise<void> {
  await asFault(
    client.query({ name: 'create-lanes', text: TEXT, values: [deviceIds, deviceIds.map((id) => shardOf(id))] }),
  );
}
