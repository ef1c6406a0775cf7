import { SqlMigration } from './sql-migration.js';

/**
 * Records that no consumer could take, kept so that a person can look at them and put them back. Not partitioned: they are
 * few, and an open one must outlive its command's day.
 */
export class DeadLetters0007 extends SqlMigration {
  readonly name = 'dead_letters_0000000000007';
  readonly sql = `
create table dead_letter (
  id bigint generated always as identity primary key,
  topic text not null,
  topic_partition integer not null,
  topic_offset bigint not null,
  recorded_at bigint not null,
  groups text[] not null,
  device_id text collate "C",
  command_id bigint,
  attempts integer not null,
  error text not null,
  size integer not null,
  record_key bytea,
  record_value bytea,
  record_headers bytea,
  state text not null default 'open' check (state in ('open', 'replayed', 'discarded')),
  reason text,
  created_at bigint not null default now_ms(),
  settled_at bigint,
  constraint dead_letter_origin unique (topic, topic_partition, topic_offset, recorded_at),
  constraint dead_letter_settled check ((state = 'open') = (settled_at is null))
);
comment on table dead_letter is 'One row per record that was given up, whoever of its consumers gave it up';
comment on column dead_letter.recorded_at is
  'The record''s own time: a topic made anew counts its offsets from 0 again, and what is there must not pass for an old one';
comment on column dead_letter.groups is 'The consumer groups that could not take it';
comment on column dead_letter.device_id is 'The record''s key, if a device can be called so';
comment on column dead_letter.size is 'Bytes of key, value and headers; of a record above the bound nothing else is kept';
comment on column dead_letter.record_headers is 'JSON: [[name, value in base64]]; null when the record was too large to keep';
create index dead_letter_device on dead_letter (device_id, id);
create index dead_letter_open on dead_letter (device_id, id) where state = 'open';

create index device_lane_blocked on device_lane (device_id) where blocked_by is not null;
`;
}
