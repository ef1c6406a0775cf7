import { SqlMigration } from './sql-migration.js';

/**
 * Wishes to withdraw everything that is queued for a device. The commands concerned are written down with the wish, so that
 * whoever goes on after a crash knows what was meant, and so that nothing submitted later is touched.
 */
export class CancelTasks0010 extends SqlMigration {
  readonly name = 'cancel_tasks_0000000000010';
  readonly sql = `
create table cancel_task (
  id uuid not null primary key default uuidv7(),
  application_id text collate "C" not null,
  device_id text collate "C" not null,
  status text not null default 'waiting'
    check (status in ('waiting', 'running', 'succeeded', 'partly-succeeded', 'failed')),
  total integer not null,
  canceled integer not null default 0,
  not_canceled integer not null default 0,
  created_at bigint not null,
  started_at bigint,
  finished_at bigint,
  next_at bigint,
  constraint cancel_task_next check ((status in ('waiting', 'running')) = (next_at is not null)),
  constraint cancel_task_finished check ((status in ('waiting', 'running')) = (finished_at is null))
);
comment on table cancel_task is 'One row per request to cancel all that is queued for a device';
comment on column cancel_task.next_at is 'Open: nobody may take the task before this instant, because it is claimed. Finished: null';
create index cancel_task_open on cancel_task (next_at) where next_at is not null;
create index cancel_task_application on cancel_task (application_id, id);
create index cancel_task_over on cancel_task (finished_at) where finished_at is not null;

create table cancel_task_command (
  task_id uuid not null references cancel_task on delete cascade,
  command_id bigint not null,
  queue_pos bigint not null,
  outcome text check (outcome in ('canceled', 'not-canceled')),
  found_status text,
  primary key (task_id, command_id)
);
comment on table cancel_task_command is 'The commands that were queued when the task was made';
comment on column cancel_task_command.outcome is 'Null until a runner has written it down';
comment on column cancel_task_command.found_status is 'Not canceled: the status that stood against it';
`;
}
