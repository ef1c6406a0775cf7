import type { DeviceId } from '@downlink/command-domain';
import type { IdleLanes } from '@downlink/command-engine';
import type { Pool } from 'pg';
import { asFault } from '../pools/pg-fault.js';

/** Walks a partial index that is empty unless something is wrong or a storm is being let through. */
const TEXT = `select device_id from device_lane
  where idle and shard = any($1::smallint[]) and (retry_at is null or retry_at <= now_ms())
  order by shard, device_id limit $2`;

export class PostgresIdleLanes implements IdleLanes {
  constructor(private readonly pool: Pool) {}

  async idle(shards: readonly number[], limit: number): Promise<DeviceId[]> {
    const { rows } = await asFault(
      this.pool.query<{ device_id: DeviceId }>({ name: 'idle-lanes', text: TEXT, values: [shards, limit] }),
    );
    return rows.map(({ device_id }) => device_id);
  }
}
