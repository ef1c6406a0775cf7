import { SqlMigration } from './sql-migration.js';

/** Dialects in which a login gives the token that is still good: it has to be readable again, and only for them. */
export class ToldAgainTokens0012 extends SqlMigration {
  readonly name = 'told_again_tokens_0000000000012';
  readonly sql = `
alter table access_token add column sealed text;
comment on column access_token.sealed is
  'both tokens, AES-256-GCM, for dialects that tell a token again while it is good (enos, quectel); null: told once';
`;
}
