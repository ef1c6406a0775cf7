import type { DeviceId, Lane } from '@downlink/command-domain';
import type { Pool } from 'pg';
import { LANE_COLUMNS, laneOf, type StoredLane } from '../commands/lane-row.js';
import { asFault } from '../pools/pg-fault.js';

const TEXT = `select ${LANE_COLUMNS} from device_lane where device_id = $1`;

export async function findLane(pool: Pool, deviceId: DeviceId): Promise<Lane | undefined> {
  const { rows } = await asFault(pool.query<StoredLane>({ name: 'find-lane', text: TEXT, values: [deviceId] }));
  return rows[0] && laneOf(rows[0]);
}
