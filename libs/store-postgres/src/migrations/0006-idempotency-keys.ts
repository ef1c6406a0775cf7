import { SqlMigration } from './sql-migration.js';

/** What applications call their submissions, so that the same call again is the same command. */
export class IdempotencyKeys0006 extends SqlMigration {
  readonly name = 'idempotency_keys_0000000000006';
  readonly sql = `
create table idempotency_key (
  application_id text collate "C" not null,
  key text collate "C" not null,
  digest text not null,
  command_id bigint not null,
  used_at bigint not null,
  primary key (application_id, key)
) with (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 5000);
comment on table idempotency_key is 'The first use of each key: the command that it stands for, for 24 hours';
comment on column idempotency_key.digest is 'Of the call''s body: the same key with another digest is refused';
create index idempotency_key_age on idempotency_key (used_at);
`;
}
