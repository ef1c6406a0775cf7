import type { CallCounts, Calls } from '@downlink/command-engine';
import type { Pool } from 'pg';
import { asFault } from '../pools/pg-fault.js';

interface Row {
  now: string;
  applications: string[] | null;
  calls: number[] | null;
}

/** Added in the order of the ids, so that two processes never wait for each other's rows crosswise. */
const EXCHANGE = `
with old as (
    select minute, application_id from call_count where minute < now_ms() / 60000 - 2 for update skip locked
  ),
  gone as (delete from call_count using old where (call_count.minute, call_count.application_id) = (old.minute, old.application_id)),
  mine as (select * from unnest($2::text[], $3::integer[]) as mine (application_id, calls)),
  added as (
    insert into call_count (minute, application_id, calls)
    select $1, application_id, calls from mine where calls > 0 order by application_id collate "C"
    on conflict (minute, application_id) do update set calls = call_count.calls + excluded.calls
    returning application_id, calls
  ),
  totals as (
    select application_id, calls from added
    union all
    select application_id, call_count.calls from call_count join mine using (application_id) where minute = $1 and mine.calls = 0
  )
select now_ms() as now, array_agg(application_id) as applications, array_agg(calls) as calls from totals`;

/** Call counts in Postgres; see the port. */
export class PostgresCallCounts implements CallCounts {
  constructor(private readonly pool: Pool) {}

  async exchange(minute: number, counted: Calls): Promise<{ now: number; totals: Calls }> {
    const values = [minute, [...counted.keys()], [...counted.values()]];
    const { rows } = await asFault(this.pool.query<Row>({ name: 'exchange-call-counts', text: EXCHANGE, values }));
    const { now, applications, calls } = rows[0]!;
    return { now: Number(now), totals: new Map((applications ?? []).map((id, at) => [id, calls![at]!])) };
  }
}
