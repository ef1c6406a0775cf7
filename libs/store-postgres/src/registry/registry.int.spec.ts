import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { createTestDatabase, type TestDatabase } from '@downlink/testing';
import {
  accessTokensContract,
  registryContract,
  registryLoginsContract,
  registryModelsContract,
  registryNamesContract,
  registryRightsContract,
} from '@downlink/command-engine/contracts';
import { migrate } from '../migrate.js';
import { createAccessTokens } from './create-access-tokens.js';
import { createRegistry } from './create-registry.js';
import { createSecretBox } from './secret-box.js';

const secrets = createSecretBox(Buffer.alloc(32, 7).toString('base64'));
let database: TestDatabase;
let pool: pg.Pool;

beforeAll(async () => {
  database = await createTestDatabase({ template: migrate });
  pool = new pg.Pool({ connectionString: database.url, max: 8 });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const empty = async () => {
  await pool.query(
    'truncate application, application_credential, application_grant, access_token, login_proof, product, product_model, device',
  );
  return createRegistry({ pool, secrets });
};

describe('the registry in Postgres', () => {
  describe('holds what is declared', () => registryContract(empty));
  describe('lets devices in', () => registryLoginsContract(empty));
  describe('knows models', () => registryModelsContract(empty));
  describe('knows vendors’ names', () => registryNamesContract(empty));
  describe('knows rights and secrets', () => registryRightsContract(empty));

  it('holds no secret in plain text', async () => {
    const registry = await empty();
    const secret = 'known-only-to-the-caller';
    const product = { key: 'p', applicationId: 'a', name: 'p', wireFormat: 'native', model: null };
    const device = { applicationId: 'a', name: 'd', activated: true };
    const credentials = {
      native: { key: `${secret}-1` },
      huawei: { secret: `${secret}-2` },
      enos: { orgId: 'o', appKey: 'ek', appSecret: `${secret}-3` },
      quectel: { accessKey: 'qk', accessSecret: `${secret}-4` },
    };
    await registry.apply({
      applications: [{ id: 'a', name: 'a', credentials }],
      products: [
        { ...product, secret: `${secret}-6` },
        { ...product, key: 'h', wireFormat: 'huawei' },
      ],
      devices: ['p', 'h'].map((key) => ({ ...device, id: `of-${key}`, productKey: key, secret: `${secret}-5${key}` })),
    });
    const { rows } = await pool.query(
      'select c::text from application_credential c union all select d::text from device d union all select p::text from product p',
    );
    expect(rows).toHaveLength(8);
    expect(JSON.stringify(rows)).not.toContain(secret);
  });

  it('takes 10,000 devices in one declaration within seconds', async () => {
    const registry = await empty();
    const declare = (count: number) => ({
      applications: [{ id: 'a', name: 'a', credentials: {} }],
      products: [{ key: 'p', applicationId: 'a', name: 'p', wireFormat: 'huawei', model: null }],
      devices: Array.from({ length: count }, (_, at) => ({
        id: `device-${at}`,
        applicationId: 'a',
        productKey: 'p',
        name: `device ${at}`,
        activated: true,
        secret: `secret-${at}`,
      })),
    });
    const started = performance.now();
    await registry.apply(declare(10_000));
    expect(performance.now() - started).toBeLessThan(10_000);
    const ids = declare(10_000).devices.map(({ id }) => id);
    expect((await registry.devices(ids)).size).toBe(10_000);
    expect(await registry.deviceSecret('device-9999')).toBe('secret-9999');
  });

  it('hashes the secrets of many devices beside the event loop, which goes on meanwhile', async () => {
    const registry = await empty();
    const product = { key: 'p', applicationId: 'a', name: 'p', wireFormat: 'native', model: null };
    const devices = Array.from({ length: 100 }, (_, at) => {
      return { id: `d${at}`, applicationId: 'a', productKey: 'p', name: '', activated: true, secret: `secret-${at}` };
    });
    let turns = 0;
    const ticking = setInterval(() => (turns += 1), 1);
    const applications = [{ id: 'a', name: 'a', credentials: {} }];
    await registry.apply({ applications, products: [product], devices }).finally(() => clearInterval(ticking));
    expect(turns).toBeGreaterThan(10);
  });

  it('reports a database that is away as a fault that may be retried', async () => {
    // Nobody listens on port 1.
    const away = new pg.Pool({ connectionString: database.url.replace(/:\d+\//, ':1/') });
    const registry = createRegistry({ pool: away, secrets });
    const fault = expect.objectContaining({ code: 'store-unavailable', retryable: true });
    await expect(registry.application('a')).rejects.toEqual(fault);
    await expect(registry.apply({ applications: [], products: [], devices: [] })).rejects.toEqual(fault);
    await away.end();
  });
});

describe('access tokens in Postgres', () => {
  accessTokensContract(async () => {
    const registry = await empty();
    const applications = ['app1', 'app2'].map((id) => ({ id, name: id, credentials: {} }));
    await registry.apply({ applications, products: [], devices: [] });
    return createAccessTokens({ pool, secrets });
  });

  it('are stored as digests, and sealed where they are told again', async () => {
    await empty();
    await pool.query(`insert into application (id, name) values ('a', 'a')`);
    const tokens = createAccessTokens({ pool, secrets });
    const ttl = { accessMs: 60_000, refreshMs: 60_000 };
    const issued = [
      await tokens.issue({ id: 'a', dialect: 'x' }, ttl),
      await tokens.current({ id: 'a', dialect: 'y' }, ttl),
    ];
    const { rows } = await pool.query<{ text: string; sealed: boolean }>(
      'select t::text as text, sealed is not null as sealed from access_token t order by dialect',
    );
    expect(rows.map(({ sealed }) => sealed)).toEqual([false, true]);
    for (const { accessToken, refreshToken } of issued) {
      expect(JSON.stringify(rows)).not.toContain(accessToken);
      expect(JSON.stringify(rows)).not.toContain(refreshToken);
    }
  });
});
