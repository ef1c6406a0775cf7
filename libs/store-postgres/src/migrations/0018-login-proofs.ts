import { SqlMigration } from './sql-migration.js';

/** What somebody has logged in with and may not log in with again (EnOS: a repeated `encryption`). */
export class LoginProofs0018 extends SqlMigration {
  readonly name = 'login_proofs_0000000000018';
  readonly sql = `
create table login_proof (
  dialect text collate "C" not null,
  digest bytea not null,
  good_until bigint not null,
  primary key (dialect, digest)
);
comment on table login_proof is 'proofs of login that were used, until they are too old to be taken anyway';
comment on column login_proof.digest is 'HMAC-SHA256 of what was sent, so that nobody who reads it can log in with it';
create index login_proof_over on login_proof (good_until);
`;
}
