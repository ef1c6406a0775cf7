import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createEmptyDatabase, freePort, type TestDatabase } from '@downlink/testing';
import pg from 'pg';
import { createDataSource, migrate } from './index.js';
import { migrations } from './migrations/index.js';

describe('migrate', () => {
  let database: TestDatabase;
  let client: pg.Client;
  beforeEach(async () => {
    database = await createEmptyDatabase();
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
  });
  afterEach(async () => {
    await client.end();
    await database.drop();
  });
  const applied = async () => (await client.query('select name from schema_migration order by id')).rows;

  it('does every step once, also when five programs start at the same time', async () => {
    await Promise.all(Array.from({ length: 5 }, () => migrate(database.url)));
    await migrate(database.url);
    expect(await applied()).toEqual(migrations.map((migration) => ({ name: new migration().name })));
  });

  it('leaves a database that can take commands of today and of the next seven days', async () => {
    await migrate(database.url);
    const { rows } = await client.query(
      `select count(*)::int as days from pg_class where relname ~ '^command_[0-9]{8}$'`,
    );
    expect(rows).toEqual([{ days: 8 }]);
  });

  it('goes through a data source that is open already, of one connection', async () => {
    const dataSource = createDataSource({ url: database.url, poolSize: 1 });
    await dataSource.initialize();
    await migrate(dataSource);
    expect(await dataSource.query('select count(*)::int as lanes from device_lane')).toEqual([{ lanes: 0 }]);
    await dataSource.destroy();
  });

  it('stops at a schema that a newer version has made, and changes nothing', async () => {
    await migrate(database.url);
    await client.query(`insert into schema_migration (timestamp, name) values (9999, 'tomorrow_0000000009999')`);
    await expect(migrate(database.url)).rejects.toMatchObject({
      code: 'schema-too-new',
      retryable: false,
      message: expect.stringContaining('tomorrow_0000000009999'),
    });
  });

  it('says that the store is unavailable when nobody answers', async () => {
    const url = `postgres://postgres@127.0.0.1:${String(await freePort())}/downlink`;
    await expect(migrate(url)).rejects.toMatchObject({ code: 'store-unavailable', retryable: true });
  });
});
