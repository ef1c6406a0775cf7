import { SqlMigration } from './sql-migration.js';

/**
 * The event log, the heads, the lanes and the outbox.
 *
 * Times are bigint milliseconds since 1970, as the domain speaks them: nothing to convert, nothing to round.
 * The log and the heads are partitioned by command id, one partition a day (ids are time-ordered): retention drops a day
 * whole, and a lookup by id is pruned to one partition. The default partitions take what has no day yet.
 */
export class Commands0001 extends SqlMigration {
  readonly name = 'commands_0000000000001';
  readonly sql = `
create function now_ms() returns bigint
  language sql volatile parallel safe
  return floor(extract(epoch from clock_timestamp()) * 1000)::bigint;
comment on function now_ms() is 'The clock: milliseconds since 1970, rounded down, so that nothing falls due early';

create table command_event (
  command_id bigint not null,
  version integer not null check (version >= 1),
  type text not null,
  at bigint not null,
  data jsonb not null,
  primary key (command_id, version)
) partition by range (command_id);
comment on table command_event is 'The truth: every event of every command, insert only, versions 1..n without a gap';
comment on column command_event.data is 'The event without its type and at';
create table command_event_default partition of command_event default;

create table command (
  command_id bigint not null primary key,
  version integer not null check (version >= 1),
  application_id text collate "C" not null,
  device_id text collate "C" not null,
  shard smallint not null,
  lane_position bigint not null,
  status text not null,
  queue_pos bigint,
  due_at bigint,
  accepted_at bigint not null,
  request jsonb not null,
  state jsonb not null
) partition by range (command_id);
comment on table command is 'The heads: each command as the fold of its events, with what is searched by beside it';
comment on column command.queue_pos is 'The lane position while the command is queued, otherwise null';
comment on column command.due_at is 'The one instant at which time next means something to the command, or null';
comment on column command.state is 'The state without its request, which never changes';
create index command_queue on command (device_id, queue_pos) where queue_pos is not null;
create index command_due on command (due_at, shard) where due_at is not null;
create index command_lane on command (device_id, lane_position);
create index command_application on command (application_id, command_id);
create table command_default partition of command default with (fillfactor = 80);

create table device_lane (
  device_id text collate "C" not null primary key,
  shard smallint not null,
  next_position bigint not null default 1,
  queued integer not null default 0 check (queued >= 0),
  in_flight bigint,
  in_flight_since bigint,
  reachable_until bigint,
  unreachable_since bigint,
  retry_at bigint,
  blocked_by text
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 1000);
comment on table device_lane is 'One queue per device; its row lock is what serialises everything about the device';

create table outbox (
  command_id bigint not null,
  version integer not null,
  shard smallint not null,
  written_at bigint not null default now_ms(),
  primary key (command_id, version)
) with (
  autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0,
  autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 100000
);
comment on table outbox is 'Pointers to events that have not been published yet; publishing deletes them';
create index outbox_age on outbox (written_at);
`;
}
