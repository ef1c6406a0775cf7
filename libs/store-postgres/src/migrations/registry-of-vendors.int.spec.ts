import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createEmptyDatabase, type TestDatabase } from '@downlink/testing';
import pg from 'pg';
import { createRegistry } from '../registry/create-registry.js';
import { noSecretBox } from '../registry/secret-box.js';
import { migrations } from './index.js';

const steps = migrations.map((migration) => new migration());
const numberOf = ({ name }: { name: string }) => Number(name.slice(-13));

describe('the migration to what the vendors’ APIs need of the registry', () => {
  let database: TestDatabase;
  let pool: pg.Pool;
  beforeEach(async () => {
    database = await createEmptyDatabase();
    pool = new pg.Pool({ connectionString: database.url, max: 1 });
  });
  afterEach(async () => {
    await pool.end();
    await database.drop();
  });

  it('makes version 1 of the models that are there, keeps organizations, and names nothing', async () => {
    const model = { services: [{ id: 's', methods: [] }] };
    for (const step of steps.filter((each) => numberOf(each) < 11)) await pool.query(step.sql);
    await pool.query(`insert into application (id, name) values ('a', 'a'), ('b', 'b')`);
    await pool.query(
      `insert into application_credential values ('a', 'enos', 'k', '', 'x', 'org'), ('b', 'huawei', 'b', '', null, null)`,
    );
    await pool.query(
      `insert into product (key, application_id, name, wire_format, model) values ('p', 'a', '', 'native', $1), ('q', 'a', '', 'native', null)`,
      [JSON.stringify(model)],
    );
    await pool.query(
      `insert into device (id, application_id, product_key, name, activated) values ('d', 'a', 'p', '', true)`,
    );
    for (const step of steps.filter((each) => numberOf(each) >= 11)) await pool.query(step.sql);
    const registry = createRegistry({ pool, secrets: noSecretBox });
    expect(await registry.applications({ limit: 9 })).toMatchObject([
      { id: 'a', orgId: 'org', authorisedBy: [], callsPerMinute: 0, methods: { allow: [], deny: [] } },
      { id: 'b', orgId: null },
    ]);
    expect(await registry.products('a', { limit: 9 })).toMatchObject([
      { key: 'p', model, modelVersion: 1, modelSource: null, attributes: {} },
      { key: 'q', model: null, modelVersion: 0 },
    ]);
    expect(await registry.productModel('p', 1)).toEqual(model);
    expect((await registry.devices(['d'])).get('d')).toMatchObject({ key: null, assetId: null, attributes: {} });
    const next = { key: 'p', applicationId: 'a', name: '', wireFormat: 'native', model: { services: [] } };
    await registry.apply({ applications: [], products: [{ ...next, model }], devices: [] });
    await registry.apply({ applications: [], products: [next], devices: [] });
    expect(await registry.product('p')).toMatchObject({ modelVersion: 2 });
  });
});
