import { SqlMigration } from './sql-migration.js';

/**
 * Calls by application and minute, for quotas that hold over all processes. Not logged: what a crash of the server loses is
 * a minute's count, and a quota may be overrun by that much then.
 */
export class CallCounts0015 extends SqlMigration {
  readonly name = 'call_counts_0000000000015';
  readonly sql = `
create unlogged table call_count (
  minute integer not null,
  application_id text collate "C" not null,
  calls integer not null,
  primary key (minute, application_id)
);
comment on table call_count is 'Calls of applications that have a quota; only the last minutes are kept';
comment on column call_count.minute is 'Whole minutes since 1970, by now_ms()';
`;
}
