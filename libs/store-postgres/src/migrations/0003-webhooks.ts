import { SqlMigration } from './sql-migration.js';

/**
 * What applications are to be told, and how each attempt to tell them went. Partitioned by command id as the log is, so that
 * a day's webhooks leave together with its commands.
 */
export class Webhooks0003 extends SqlMigration {
  readonly name = 'webhooks_0000000000003';
  readonly sql = `
create table webhook_delivery (
  command_id bigint not null,
  version integer not null,
  shard smallint not null,
  application_id text not null,
  device_id text not null,
  url text not null,
  content_type text not null,
  body text not null,
  status text not null default 'pending' check (status in ('pending', 'succeeded', 'exhausted')),
  attempts integer not null default 0,
  next_at bigint,
  primary key (command_id, version),
  constraint webhook_delivery_next check ((status = 'pending') = (next_at is not null))
) partition by range (command_id);
comment on table webhook_delivery is 'One row per event that an application wants to hear of; the id of the webhook is command_id-version';
comment on column webhook_delivery.body is 'The exact text that every attempt sends';
comment on column webhook_delivery.next_at is
  'Pending: nobody may take the delivery before this instant, be it that it is claimed, waits for its retry, or for an earlier delivery of its command. Otherwise null';
create index webhook_delivery_due on webhook_delivery (next_at, shard) where next_at is not null;
create table webhook_delivery_default partition of webhook_delivery default with (fillfactor = 80);

create table webhook_attempt (
  command_id bigint not null,
  version integer not null,
  attempt integer not null,
  started_at bigint not null,
  duration_ms integer not null,
  outcome text not null check (outcome in ('succeeded', 'failed')),
  status integer,
  response text,
  error text,
  retry_in_ms bigint,
  primary key (command_id, version, attempt)
) partition by range (command_id);
comment on table webhook_attempt is 'Insert only: every request that was made, and what came back';
comment on column webhook_attempt.status is 'HTTP status, or null when there was no answer';
create table webhook_attempt_default partition of webhook_attempt default;
`;
}
