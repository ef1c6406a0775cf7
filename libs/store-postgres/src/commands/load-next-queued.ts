import type { CommandId, DeviceId } from '@downlink/command-domain';
import type { Head } from '@downlink/command-engine';
import type { ClientBase } from 'pg';
import { asFault } from '../pools/pg-fault.js';
import { headOf, LOCKED_HEAD_COLUMNS, type StoredHead } from './head-row.js';

const TEXT = `select first.* from unnest($1::text[]) as lanes (device_id)
  cross join lateral (
    select ${LOCKED_HEAD_COLUMNS} from command
    where command.device_id = lanes.device_id and queue_pos is not null and command_id <> all($2::bigint[])
    order by queue_pos limit 1
  ) as first`;

/** The first in the queue of each of these locked lanes, passing over `except`. One statement for any number of lanes. */
export async function loadNextQueued(
  client: ClientBase,
  deviceIds: readonly DeviceId[],
  except: readonly CommandId[],
): Promise<Map<DeviceId, Head>> {
  if (deviceIds.length === 0) return new Map();
  const { rows } = await asFault(
    client.query<StoredHead>({ name: 'load-next-queued', text: TEXT, values: [deviceIds, except] }),
  );
  return new Map(rows.map((row) => [row.request.deviceId, headOf(row)]));
}
