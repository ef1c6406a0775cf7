import { SqlMigration } from './sql-migration.js';

/** Lets retention find dead letters that were dealt with long ago; open ones, of which there may be many, are not in it. */
export class Retention0009 extends SqlMigration {
  readonly name = 'retention_0000000000009';
  readonly sql = `
create index dead_letter_settled on dead_letter (settled_at) where settled_at is not null;
`;
}
