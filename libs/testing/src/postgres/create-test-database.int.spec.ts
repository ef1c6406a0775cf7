import { afterAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../index.js';

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('createTestDatabase', () => {
  const opened: TestDatabase[] = [];
  afterAll(async () => {
    await Promise.all(opened.map((database) => database.drop()));
  });

  it('runs on Postgres 18', async () => {
    const database = await createEmptyDatabase();
    opened.push(database);
    expect(await query(database.url, 'show server_version')).toEqual([
      { server_version: expect.stringMatching(/^18\./) },
    ]);
  });

  it('prepares the template once, also when several ask at the same time, and gives each its own clone', async () => {
    let prepared = 0;
    const template = async (url: string) => {
      prepared += 1;
      await query(url, 'create table command (id bigint primary key)');
    };
    const templateName = `spec_${String(process.pid)}_${String(Date.now())}`;
    const clones = await Promise.all(Array.from({ length: 4 }, () => createTestDatabase({ template, templateName })));
    opened.push(...clones);
    expect(prepared).toBe(1);
    await query(clones[0]!.url, 'insert into command values (1)');
    expect(await query(clones[1]!.url, 'select * from command')).toEqual([]);
  });

  it('leaves no template behind when preparing it fails', async () => {
    const templateName = `broken_${String(process.pid)}_${String(Date.now())}`;
    const broken = () => Promise.reject(new Error('no such column'));
    await expect(createTestDatabase({ template: broken, templateName })).rejects.toThrow('no such column');
    const database = await createTestDatabase({ template: async () => {}, templateName });
    opened.push(database);
    expect(await query(database.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('is gone after drop, although somebody was still connected', async () => {
    const database = await createEmptyDatabase();
    const client = new pg.Client({ connectionString: database.url });
    const cut = new Promise((resolve) => client.on('error', resolve));
    await client.connect();
    await database.drop();
    expect(String(await cut)).toMatch(/terminat/);
    await expect(query(database.url, 'select 1')).rejects.toThrow('does not exist');
  });
});
