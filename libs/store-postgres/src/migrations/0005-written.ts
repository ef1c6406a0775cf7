import { SqlMigration } from './sql-migration.js';

/** Lets a unit of work end in one round trip: write and commit are sent together, so the write itself must say when it went wrong. */
export class Written0005 extends SqlMigration {
  readonly name = 'written_0000000000005';
  readonly sql = `
create function check_written(what text, written integer, expected integer, code text) returns void language plpgsql as $$
begin
  if written <> expected then
    raise exception 'of % % only % were as they had been read', expected, what, written using errcode = code;
  end if;
end $$;
comment on function check_written is 'Fails the transaction when a statement has not changed as many rows as were decided on';
`;
}
