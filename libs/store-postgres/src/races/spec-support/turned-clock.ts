import { createTestDatabase, type TestDatabase } from '@downlink/testing';
import pg from 'pg';
import { migrate } from '../../index.js';

/** A database whose clock stands still until somebody turns it. */
export interface TurnedClock {
  readonly url: string;
  /** For looking around, and for statements of the spec's own. */
  readonly client: pg.Client;
  now(): number;
  set(now: number): Promise<void>;
  close(): Promise<void>;
}

const BORN = Date.UTC(2026, 10, 21);

/** Everything in Postgres asks `now_ms()` for the time: replaced, it reads the one row of a table. */
const CLOCK = `
create table turned_clock (now bigint not null);
insert into turned_clock values (${BORN});
create or replace function now_ms() returns bigint language sql volatile parallel safe
  return (select now from turned_clock);
`;

async function migrateWithClock(url: string): Promise<void> {
  await migrate(url);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(CLOCK);
  await client.end();
}

export async function openTurnedClock(): Promise<TurnedClock> {
  const database: TestDatabase = await createTestDatabase({ template: migrateWithClock, templateName: 'turned_clock' });
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  let now = BORN;
  // One after another, as several callers may turn it at once and a connection takes one statement at a time.
  let turned: Promise<unknown> = Promise.resolve();
  return {
    url: database.url,
    client,
    now: () => now,
    set: async (to) => {
      now = to;
      turned = turned.then(() => client.query('update turned_clock set now = $1', [to]));
      await turned;
    },
    close: async () => {
      await client.end();
      await database.drop();
    },
  };
}
