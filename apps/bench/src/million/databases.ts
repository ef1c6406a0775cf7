import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import type { Servers } from '../servers.js';

/** A copy of a database that nobody is connected to; returns its address. */
export async function copyDatabase({ postgres }: Servers, from: string, to: string): Promise<string> {
  await withClient(postgres.url, (client) => client.query(`create database ${to} template ${from} strategy file_copy`));
  return postgres.urlOf(to);
}

/**
 * What a database that has been running for a while has behind it: statistics, visibility, a checkpoint. Autovacuum would get there
 * by itself, at a time that would land in one measurement and not in another. Tables that have never held anything are left alone, as
 * autovacuum leaves them: counted as empty, they would be planned for as empty while they fill.
 */
export async function settle(url: string): Promise<number> {
  const startedAt = performance.now();
  await withClient(url, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      `select oid::regclass::text as name from pg_class
       where relkind = 'r' and relnamespace = 'public'::regnamespace and pg_relation_size(oid) > 0`,
    );
    await client.query(`vacuum (analyze) ${rows.map(({ name }) => name).join(', ')}`);
    await client.query('checkpoint');
    for (const end = performance.now() + 30_000; performance.now() < end; await pause(500)) {
      const { rowCount } = await client.query(
        `select from pg_stat_activity where backend_type = 'autovacuum worker' and datname = current_database()`,
      );
      if (rowCount === 0) return;
    }
  });
  return (performance.now() - startedAt) / 1_000;
}

export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
