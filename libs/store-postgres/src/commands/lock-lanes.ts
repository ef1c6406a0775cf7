import type { DeviceId, Lane } from '@downlink/command-domain';
import type { ClientBase } from 'pg';
import { asFault } from '../pools/pg-fault.js';
import { LANE_COLUMNS, laneOf, type StoredLane } from './lane-row.js';

const TEXT = `select ${LANE_COLUMNS} from device_lane where device_id = any($1::text[]) order by device_id for update`;

/** Locks the lanes that exist, in id order, so that two batches never wait for each other; waits for whoever holds one. */
export async function lockLanes(client: ClientBase, deviceIds: readonly DeviceId[]): Promise<Map<DeviceId, Lane>> {
  const { rows } = await asFault(client.query<StoredLane>({ name: 'lock-lanes', text: TEXT, values: [deviceIds] }));
  return new Map(rows.map((row) => [row.device_id, laneOf(row)]));
}
