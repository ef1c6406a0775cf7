import { SqlMigration } from './sql-migration.js';

/**
 * Claims of attempts, presence epochs, lanes found idle, stray answers, and what a product does with late answers.
 *
 * `idle` is a stored column and not the predicate of its index: Postgres keeps an update HOT while no indexed value changes,
 * and it looks at the values of every column that a predicate names. `queued` and `in_flight` change with each command,
 * `idle` almost never, so that the index costs the write path nothing.
 */
export class ClaimsAndStrayAnswers0008 extends SqlMigration {
  readonly name = 'claims_0000000000008';
  readonly sql = `
alter table command add column claimed_attempt integer not null default 0;
comment on column command.claimed_attempt is
  'The latest attempt that a dispatcher has claimed for publishing; later ones have surely not been published. Not part of the fold';

alter table device_lane add column presence_epoch bigint;
comment on column device_lane.presence_epoch is 'The newest session of the device that it has named itself; null when it names none';
alter table device_lane add column idle boolean not null
  generated always as (queued > 0 and in_flight is null and blocked_by is null and unreachable_since is null) stored;
comment on column device_lane.idle is 'Somebody waits and nothing holds the lane: its turn is due, postponed or lost';
create index device_lane_idle on device_lane (shard, device_id) where idle;

create table stray_answer (
  id bigint generated always as identity primary key,
  device_id text collate "C" not null,
  registered boolean not null,
  at bigint not null default now_ms(),
  reason text not null,
  reference text,
  topic text not null,
  payload bytea not null,
  payload_bytes integer not null
);
comment on table stray_answer is 'What devices said that belongs to no command: bounded per device, purged by age';
comment on column stray_answer.registered is 'False for names that are no device of ours, which are bounded all together';
comment on column stray_answer.payload is 'The first bytes as they came; payload_bytes says how many there were';
create index stray_answer_device on stray_answer (device_id, id);
create index stray_answer_stranger on stray_answer (id) where not registered;
create index stray_answer_age on stray_answer (at);

alter table product add column late_answers text not null default 'record' check (late_answers in ('record', 'accept'));
comment on column product.late_answers is 'What an answer after the time-out does to commands submitted from now on';
`;
}
