import { SqlMigration } from './sql-migration.js';

/**
 * One event can be told to several receivers (the callback of its call, and those who subscribed), each in a body of its own. What was
 * stored before is told to the command's own callback and keeps its webhook id. The new keys are built under an exclusive
 * lock, in time proportional to what is kept.
 */
export class WebhookReceivers0013 extends SqlMigration {
  readonly name = 'webhook_receivers_0000000000013';
  readonly sql = `
alter table webhook_delivery add column receiver text collate "C" not null default '';
alter table webhook_delivery drop constraint webhook_delivery_pkey;
alter table webhook_delivery add primary key (command_id, version, receiver);
comment on table webhook_delivery is
  'One row per event and receiver that is to hear of it; the id of the webhook is command_id-version, and -receiver where one is named';
comment on column webhook_delivery.receiver is 'Which of several receivers of the event; empty for the command''s own callback';
alter table webhook_attempt add column receiver text collate "C" not null default '';
alter table webhook_attempt drop constraint webhook_attempt_pkey;
alter table webhook_attempt add primary key (command_id, version, receiver, attempt);
`;
}
