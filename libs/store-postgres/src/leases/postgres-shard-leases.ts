import type { ShardLeases } from '@downlink/command-engine';
import type { Pool, QueryConfig, QueryResult } from 'pg';
import { onOneClient } from '../pools/on-one-client.js';
import { asFault } from '../pools/pg-fault.js';
import { sentTogether } from '../pools/sent-together.js';

/**
 * Shard leases in Postgres; see the port. The heartbeats of a group happen one after another (a lock that the transaction's end gives
 * back): they come every few seconds, and it makes the shares exact and deadlocks impossible.
 */
export class PostgresShardLeases implements ShardLeases {
  constructor(private readonly pool: Pool) {}

  async heartbeat(claim: { group: string; owner: string; shardCount: number; ttlMs: number }): Promise<number[]> {
    const { group, owner, shardCount, ttlMs } = claim;
    const values = [group, owner, shardCount, Math.round(ttlMs)];
    const { rows } = await alone(this.pool, group, { name: 'heartbeat', text: HEARTBEAT, values });
    return (rows as { shard: number }[]).map(({ shard }) => shard).sort((one, other) => one - other);
  }

  async release(group: string, owner: string): Promise<void> {
    await alone(this.pool, group, { name: 'release-shards', text: RELEASE, values: [group, owner] });
  }
}

/** Runs one statement while no other of the group runs; everything goes in one round trip. */
function alone(pool: Pool, group: string, statement: QueryConfig): Promise<QueryResult> {
  return onOneClient(pool, async (client) => {
    const [, , result] = await sentTogether(client, () => [
      asFault(client.query('begin')),
      asFault(client.query(`select pg_advisory_xact_lock(hashtextextended('shard leases ' || $1, 0))`, [group])),
      asFault(client.query(statement)),
      asFault(client.query('commit')),
    ]);
    return result;
  });
}

/** Own shards first, then free and lapsed ones, up to the fair share; what is beyond it is handed back. */
const HEARTBEAT = `
with clock as materialized (
  select now_ms() as now
), gone as (
  delete from replica using clock where lease_group = $1 and owner <> $2 and expires_at <= clock.now
), present as (
  insert into replica (lease_group, owner, expires_at) select $1, $2, now + $4 from clock
  on conflict (lease_group, owner) do update set expires_at = excluded.expires_at
), share as materialized (
  select ceil($3::numeric / (1 + count(*))) as size from replica, clock
  where lease_group = $1 and owner <> $2 and expires_at > clock.now
), wanted as materialized (
  select shard from (
    select all_shards.shard, row_number() over (order by (held.owner = $2) desc nulls last, all_shards.shard) as place
    from clock cross join generate_series(0, $3::integer - 1) as all_shards (shard)
    left join shard_lease held on held.lease_group = $1 and held.shard = all_shards.shard
    where held.owner is null or held.owner = $2 or held.expires_at <= clock.now
  ) as candidates, share where place <= share.size
), handed_back as (
  update shard_lease set owner = null, expires_at = 0
  where lease_group = $1 and owner = $2 and shard <> all (array(select shard from wanted))
)
insert into shard_lease (lease_group, shard, owner, expires_at) select $1, shard, $2, now + $4 from wanted, clock
on conflict (lease_group, shard) do update set
  owner = excluded.owner,
  epoch = shard_lease.epoch + (shard_lease.owner is distinct from excluded.owner)::integer,
  expires_at = excluded.expires_at
where shard_lease.owner is null or shard_lease.owner = $2 or shard_lease.expires_at <= (select now from clock)
returning shard`;

const RELEASE = `
with gone as (
  delete from replica where lease_group = $1 and owner = $2
)
update shard_lease set owner = null, expires_at = 0 where lease_group = $1 and owner = $2`;
