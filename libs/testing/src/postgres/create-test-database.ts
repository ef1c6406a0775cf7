import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { noteOpened } from '../opened.js';
import { sharedPostgres } from '../keeper/shared-servers.js';

/** How long a drop waits for connections to end by themselves before it cuts them. */
const PATIENCE_MS = 3000;

/** A database of one's own on the test run's server. */
export interface TestDatabase {
  url: string;
  name: string;
  /** Removes it; connections that have not ended within three seconds are cut. */
  drop(): Promise<void>;
}

export interface TestDatabaseOptions {
  /** Brings an empty database to the wanted shape, such as the migrations of store-postgres. Run once per test run and name. */
  template?: (url: string) => Promise<void>;
  /** One name per template function; needed where a run uses several. */
  templateName?: string;
}

/** An empty database; some 30 ms. */
export function createEmptyDatabase(): Promise<TestDatabase> {
  return cloneOf('template0');
}

/**
 * A database cloned from a template, which the first caller of the run has prepared by means of `template` while the others
 * waited: some 50 ms in place of a run of all migrations. Without `template` it is empty.
 */
export async function createTestDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const { template, templateName = 'downlink' } = options;
  if (template === undefined) return createEmptyDatabase();
  const name = `template_${templateName}`;
  await prepareTemplate(name, template);
  return cloneOf(name);
}

async function prepareTemplate(name: string, template: (url: string) => Promise<void>): Promise<void> {
  const server = await sharedPostgres();
  await withAdmin(async (admin) => {
    await admin.query('select pg_advisory_lock(hashtextextended($1, 0))', [name]);
    const { rowCount } = await admin.query('select from pg_database where datname = $1', [name]);
    if (rowCount !== 0) return;
    // Under another name until it is whole: a migration that throws must not leave a template behind.
    const half = `${name}_half`;
    await admin.query(`drop database if exists ${half} with (force)`);
    await admin.query(`create database ${half} template template0`);
    await template(server.urlOf(half));
    // Postgres itself waits up to 5 s here for connections that are just saying goodbye.
    await admin.query(`alter database ${half} rename to ${name}`);
  });
}

async function cloneOf(template: string): Promise<TestDatabase> {
  const server = await sharedPostgres();
  const name = `test_${randomBytes(6).toString('hex')}`;
  await withAdmin((admin) => admin.query(`create database ${name} template ${template}`));
  const closed = noteOpened(`database ${name}`);
  return {
    url: server.urlOf(name),
    name,
    async drop() {
      await withAdmin(async (admin) => {
        await untilNobodyIsConnected(admin, name);
        await admin.query(`drop database if exists ${name} with (force)`);
      });
      closed();
    },
  };
}

/** A pool that is being closed at this moment would see its connections cut, and say so as an error that nobody handles. */
async function untilNobodyIsConnected(admin: pg.Client, database: string): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (Date.now() < deadline) {
    const { rowCount } = await admin.query('select from pg_stat_activity where datname = $1', [database]);
    if (rowCount === 0) return;
    await wait(20);
  }
}

/** The connection's end also gives back its advisory locks. */
async function withAdmin<T>(work: (admin: pg.Client) => Promise<T>): Promise<T> {
  const { urlOf } = await sharedPostgres();
  const admin = new pg.Client({ connectionString: urlOf('postgres') });
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}
