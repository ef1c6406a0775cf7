import type { DeviceId } from '@downlink/command-domain';
import type { RecordedStrayAnswer, StrayAnswer, StrayAnswers } from '@downlink/command-engine';
import type { Pool } from 'pg';
import { asFault } from '../pools/pg-fault.js';
import { isStorable } from '../registry/check-declaration.js';
import { recordStrayAnswers } from './record-stray-answers.js';

const OF_DEVICE = `select id::text, device_id as "deviceId", registered, reason, reference, topic, payload, at::float8 as at,
    payload_bytes as "payloadBytes"
  from stray_answer where device_id = $1 order by stray_answer.id desc`;
const PURGE = `with
    old as (delete from stray_answer where at < now_ms() - $1 returning 1),
    strangers as (delete from stray_answer where not registered
      and id <= (select id from stray_answer where not registered order by id desc offset $2 limit 1) returning 1)
  select (select count(*) from old)::int + (select count(*) from strangers)::int as purged`;

/** Answers that belong to no command, bounded; see the port. */
export class PostgresStrayAnswers implements StrayAnswers {
  constructor(private readonly pool: Pool) {}

  record(strays: readonly StrayAnswer[]): Promise<void> {
    return recordStrayAnswers(this.pool, strays);
  }

  async ofDevice(deviceId: DeviceId): Promise<RecordedStrayAnswer[]> {
    if (!isStorable(deviceId)) return [];
    const question = { name: 'stray-answers', text: OF_DEVICE, values: [deviceId] };
    return (await asFault(this.pool.query<RecordedStrayAnswer>(question))).rows;
  }

  async purge({ olderThanMs, strangers }: { olderThanMs: number; strangers: number }): Promise<number> {
    const question = { name: 'purge-stray-answers', text: PURGE, values: [olderThanMs, strangers] };
    const { rows } = await asFault(this.pool.query<{ purged: number }>(question));
    return rows[0]!.purged;
  }
}
