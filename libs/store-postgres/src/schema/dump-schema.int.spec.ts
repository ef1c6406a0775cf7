import { readFile, writeFile } from 'node:fs/promises';
import { env } from 'node:process';
import { expect, it } from '@jest/globals';
import { createTestDatabase } from '@downlink/testing';
import pg from 'pg';
import { migrate } from '../index.js';
import { dumpSchema } from './dump-schema.js';

const FILE = new URL('../../schema.sql', import.meta.url);

it('keeps schema.sql equal to what the migrations make (UPDATE_SCHEMA=1 writes it anew)', async () => {
  const database = await createTestDatabase({ template: migrate });
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    const dump = await dumpSchema(client);
    if (env['UPDATE_SCHEMA'] === '1') await writeFile(FILE, dump);
    expect(await readFile(FILE, 'utf8')).toBe(dump);
  } finally {
    await client.end();
    await database.drop();
  }
});
