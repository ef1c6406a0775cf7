import { SqlMigration } from './sql-migration.js';

/**
 * What applications subscribed to, and tasks that send one command to many devices. The commands of a task have their ids from the
 * beginning: whoever goes on after a crash hands the same ones in.
 */
export class SubscriptionsAndBatchTasks0014 extends SqlMigration {
  readonly name = 'subscriptions_and_batch_tasks_0000000000014';
  readonly sql = `
create table subscription (
  id uuid not null primary key default uuidv7(),
  application_id text collate "C" not null,
  topic text collate "C" not null,
  url text not null,
  created_at bigint not null,
  unique (application_id, topic)
);
comment on table subscription is 'One row per application and kind of notice that it wants to hear of';

create table batch_task (
  id uuid not null primary key default uuidv7(),
  application_id text collate "C" not null,
  name text not null,
  timeout_ms bigint not null,
  details json not null,
  request jsonb not null,
  total integer not null,
  created_at bigint not null,
  started_at bigint,
  submitted_at bigint,
  next_at bigint,
  constraint batch_task_next check ((submitted_at is null) = (next_at is not null))
);
comment on table batch_task is 'One row per request to send a command to many devices';
comment on column batch_task.details is 'What the dialect shows again of the call';
comment on column batch_task.request is 'What all commands of the task have in common';
comment on column batch_task.next_at is 'Open: nobody may take the task before this instant, because it is claimed. Finished: null';
create index batch_task_open on batch_task (next_at) where next_at is not null;
create index batch_task_over on batch_task (submitted_at) where submitted_at is not null;

create table batch_member (
  task_id uuid not null references batch_task on delete cascade,
  place integer not null,
  device_id text collate "C" not null,
  command_id bigint not null,
  target jsonb,
  outcome text check (outcome in ('submitted', 'refused')),
  refusal text,
  primary key (task_id, place),
  unique (task_id, command_id),
  constraint batch_member_refusal check ((outcome is not distinct from 'refused') = (refusal is not null))
);
comment on table batch_member is 'The devices of a task, and what became of each';
comment on column batch_member.target is 'What the command takes from its own device; null where it was refused from the beginning';
comment on column batch_member.outcome is 'Null until a runner has written it down';
create index batch_member_open on batch_member (task_id, place) where outcome is null;
`;
}
