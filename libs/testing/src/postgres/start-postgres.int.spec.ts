import { afterEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { startPostgres, type TestPostgres } from '../index.js';

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('startPostgres', () => {
  let server: TestPostgres | undefined;
  afterEach(async () => {
    await server?.stop();
    server = undefined;
  });

  it('has what was committed again, on the same address, after it was killed and restarted', async () => {
    server = await startPostgres({ fsync: true });
    await query(server.url, 'create table command as select 1 as id');
    await server.kill();
    await expect(query(server.url, 'select 1')).rejects.toThrow('ECONNREFUSED');
    await server.restart();
    expect(await query(server.url, 'select id from command')).toEqual([{ id: 1 }]);
  });

  it('waits for the disk only when told to, and takes further settings', async () => {
    server = await startPostgres({ settings: { work_mem: '7MB' } });
    const names = "('fsync', 'max_connections', 'work_mem')";
    const settings = await query(
      server.url,
      `select name, setting from pg_settings where name in ${names} order by name`,
    );
    expect(settings).toEqual([
      { name: 'fsync', setting: 'off' },
      { name: 'max_connections', setting: '200' },
      { name: 'work_mem', setting: String(7 * 1024) },
    ]);
  });

  it('throws with the server own words when a setting is wrong', async () => {
    await expect(startPostgres({ settings: { work_mem: 'much' } })).rejects.toThrow(
      /postgres did not start: [^]*work_mem/,
    );
  });
});
