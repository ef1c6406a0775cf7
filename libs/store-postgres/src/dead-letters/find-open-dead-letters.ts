import type { DeviceId } from '@downlink/command-domain';
import type { ClientBase } from 'pg';
import { asFault } from '../pools/pg-fault.js';

/** Reads the partial index of the open ones, one look-up per device. */
const TEXT = `select first.* from unnest($1::text[]) as lanes (device_id)
  cross join lateral (
    select device_id, id from dead_letter
    where dead_letter.device_id = lanes.device_id and state = 'open' order by id limit 1
  ) as first`;

/** The oldest open dead letter of each of these devices; to be asked under the locks of their lanes. */
export async function findOpenDeadLetters(
  client: ClientBase,
  deviceIds: readonly DeviceId[],
): Promise<Map<DeviceId, string>> {
  if (deviceIds.length === 0) return new Map();
  const { rows } = await asFault(
    client.query<{ device_id: string; id: string }>({
      name: 'find-open-dead-letters',
      text: TEXT,
      values: [deviceIds],
    }),
  );
  return new Map(rows.map(({ device_id, id }) => [device_id, id]));
}
