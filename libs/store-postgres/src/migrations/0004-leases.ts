import { SqlMigration } from './sql-migration.js';

/** Who works on which shard, and which process makes ids with which worker number. A few rows, written every few seconds. */
export class Leases0004 extends SqlMigration {
  readonly name = 'leases_0000000000004';
  readonly sql = `
create table replica (
  lease_group text not null,
  owner text not null,
  expires_at bigint not null,
  primary key (lease_group, owner)
);
comment on table replica is 'The processes that share the shards of a group; alive until expires_at';

create table shard_lease (
  lease_group text not null,
  shard smallint not null,
  owner text,
  epoch bigint not null default 1,
  expires_at bigint not null,
  primary key (lease_group, shard)
);
comment on column shard_lease.owner is 'null when it was handed back';
comment on column shard_lease.epoch is 'Counts the changes of owner; for people who look into what happened';

create table worker_number (
  worker smallint not null primary key check (worker between 0 and 1023),
  owner text,
  expires_at bigint not null default 0,
  reusable_at bigint not null default 0
);
comment on column worker_number.reusable_at is
  'Given to nobody else before this instant, which is never before the end of the last lease: no id of its holder carries a later time';
insert into worker_number (worker) select generate_series(0, 1023);
`;
}
