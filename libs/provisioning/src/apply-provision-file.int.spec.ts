import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { isSecretOf } from '@downlink/command-engine/contracts';
import { ConfigError } from '@downlink/runtime';
import { createPostgresStore, migrate, type PostgresStore } from '@downlink/store-postgres';
import { createTestDatabase, type TestDatabase } from '@downlink/testing';
import { applyProvisionFile } from './index.js';

const SECRETS_KEY = Buffer.alloc(32, 7).toString('base64');

/** One application with everything, one product per vendor's format, one device. */
const FILE = `
applications:
  - id: app1
    native: { key: native-key-1 }
    huawei: { secret: huawei-secret-1 }
    enos: { orgId: o1, appKey: enos-key-1, appSecret: enos-secret-1 }
    quectel: { accessKey: quectel-key-1, accessSecret: quectel-secret-1 }
    authorisedBy: [app2]
    quotas: { callsPerMinute: 100 }
    methods: { deny: [raw.*] }
  - id: app2
    native: { key: native-key-2 }
products:
  - key: pk1
    application: app1
    wireFormat: native
    secret: product-secret-1
    model: { services: [{ id: switch, methods: [{ name: turn }] }] }
devices:
  - { id: d1, application: app1, product: pk1, key: dk1, secret: device-secret-1, assetId: as1 }
`;

describe('a provisioning file', () => {
  let database: TestDatabase;
  let store: PostgresStore;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'downlink-provisioning-'));
  });
  beforeEach(async () => {
    await close();
    database = await createTestDatabase({ template: migrate });
    store = createPostgresStore({
      url: database.url,
      secretsKey: SECRETS_KEY,
      poolSize: 4,
      onConnectionError: () => {},
    });
  });
  const close = async () => {
    await store?.close();
    await database?.drop();
  };
  afterAll(async () => {
    await close();
    await rm(folder, { recursive: true });
  });

  const fileWith = async (name: string, content: string | object) => {
    const file = join(folder, name);
    await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
    return file;
  };
  const everything = async () => ({
    applications: await store.registry.applications({ limit: 9 }),
    products: await store.registry.products(undefined, { limit: 9 }),
    devices: await store.registry.listDevices(undefined, { limit: 9 }),
  });

  it('becomes what it says, with ids, keys and secrets as given, and any number of times', async () => {
    const settings = { PROVISION: await fileWith('all.yaml', FILE) };
    await applyProvisionFile(settings, store.registry);
    const first = await everything();
    expect(first).toMatchObject({
      applications: [
        {
          id: 'app1',
          orgId: 'o1',
          authorisedBy: ['app2'],
          callsPerMinute: 100,
          methods: { allow: [], deny: ['raw.*'] },
        },
        { id: 'app2', authorisedBy: [], callsPerMinute: 0 },
      ],
      products: [{ key: 'pk1', modelVersion: 1, modelSource: null }],
      devices: [{ id: 'd1', key: 'dk1', assetId: 'as1', activated: true }],
    });
    const { registry } = store;
    expect(await registry.authenticate({ dialect: 'native', key: 'native-key-1' })).toMatchObject({ id: 'app1' });
    expect(await registry.signingKey('enos', 'enos-key-1')).toMatchObject({ secret: 'enos-secret-1' });
    expect(await registry.signingKey('quectel', 'quectel-key-1')).toMatchObject({ secret: 'quectel-secret-1' });
    expect(await registry.productSecret('pk1')).toBe('product-secret-1');
    expect(await isSecretOf(registry, 'd1', 'device-secret-1')).toBe(true);
    await applyProvisionFile(settings, store.registry);
    expect(await everything()).toEqual(first);
  });

  it('is applied by services that start at the same time as by one', async () => {
    const settings = { PROVISION: await fileWith('race.yml', FILE), PROVISION_MADE: join(folder, 'race.jsonl') };
    await Promise.all(Array.from({ length: 4 }, () => applyProvisionFile(settings, store.registry)));
    expect(await everything()).toMatchObject({ products: [{ modelVersion: 1 }], devices: [{ id: 'd1' }] });
  });

  it('keeps a device’s id that only its key tells, over starts and services', async () => {
    const declaration = {
      applications: [{ id: 'app1' }],
      products: [{ key: 'pk1', application: 'app1', wireFormat: 'native' }],
      devices: [{ application: 'app1', product: 'pk1', key: 'dk1' }],
    };
    const settings = { PROVISION: await fileWith('key.json', declaration) };
    await Promise.all([1, 2, 3].map(() => applyProvisionFile(settings, store.registry)));
    await applyProvisionFile(settings, store.registry);
    expect(await store.registry.listDevices('app1', { limit: 9 })).toHaveLength(1);
  });

  it('finds the device of a key that was registered in another way', async () => {
    const product = { key: 'pk1', application: 'app1', wireFormat: 'native' };
    const device = { application: 'app1', product: 'pk1', key: 'dk1' };
    const all = { applications: [{ id: 'app1' }], products: [product], devices: [{ ...device, id: 'by-hand' }] };
    await applyProvisionFile({ PROVISION: await fileWith('id.json', all) }, store.registry);
    const named = { devices: [{ ...device, name: 'renamed' }] };
    await applyProvisionFile({ PROVISION: await fileWith('named.json', named) }, store.registry);
    expect(await store.registry.listDevices('app1', { limit: 9 })).toMatchObject([{ id: 'by-hand', name: 'renamed' }]);
  });

  describe('that leaves secrets out', () => {
    const declaration = {
      applications: [{ id: 'app1', huawei: {}, enos: { orgId: 'o1' } }],
      products: [{ key: 'pk1', application: 'app1', wireFormat: 'native' }],
      devices: [{ id: 'd1', application: 'app1', product: 'pk1' }],
    };
    const madeIn = async (file: string) =>
      (await readFile(file, 'utf8'))
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => (JSON.parse(line) as { made: Record<string, Record<string, unknown>[]> }).made);

    it('has them made once, by one of all services, and shown to the owner of the file only', async () => {
      const made = join(folder, 'made.jsonl');
      const settings = { PROVISION: await fileWith('open.json', declaration), PROVISION_MADE: made };
      await Promise.all([1, 2, 3, 4].map(() => applyProvisionFile(settings, store.registry)));
      await applyProvisionFile(settings, store.registry);
      const lines = await madeIn(made);
      expect(lines).toHaveLength(1);
      const { applications = [], products = [], devices = [] } = lines[0]!;
      const { native, huawei, enos } = applications[0] as Record<string, Record<string, string>>;
      expect(await store.registry.authenticate({ dialect: 'native', key: native!['key']! })).toMatchObject({
        id: 'app1',
      });
      const login = { dialect: 'huawei', appId: 'app1', secret: huawei!['secret']! } as const;
      expect(await store.registry.authenticate(login)).toMatchObject({ id: 'app1' });
      const signing = await store.registry.signingKey('enos', enos!['appKey']!);
      expect(signing).toMatchObject({ application: { orgId: 'o1' }, secret: enos!['appSecret'] });
      expect(await store.registry.productSecret('pk1')).toBe(products[0]!['secret']);
      expect(await isSecretOf(store.registry, 'd1', devices[0]!['secret'] as string)).toBe(true);
      expect((await stat(made)).mode & 0o777).toBe(0o600);
    });

    it('has none made where nobody would see them', async () => {
      await applyProvisionFile({ PROVISION: await fileWith('blind.json', declaration) }, store.registry);
      expect((await store.registry.deviceCredentials([{ deviceId: 'd1' }])).found[0]).toMatchObject([{ secret: null }]);
      expect(await store.registry.productSecret('pk1')).toBeUndefined();
    });

    it('has nothing applied where they could not be written', async () => {
      const settings = {
        PROVISION: await fileWith('lost.json', declaration),
        PROVISION_MADE: join(folder, 'no', 'made'),
      };
      await expect(applyProvisionFile(settings, store.registry)).rejects.toThrow(/^PROVISION_MADE: .*ENOENT/);
      expect(await store.registry.application('app1')).toBeUndefined();
    });
  });

  it.each<[string, string, string | object, string]>([
    ['what is no JSON', 'a.json', '{', 'not JSON'],
    ['nothing at all', 'a.json', '', 'empty'],
    ['what is no YAML', 'a.yaml', 'a: [', 'line 1'],
    ['a key that stands twice', 'a.yml', 'devices: []\ndevices: []', 'DUPLICATE_KEY'],
    ['an unknown member', 'a.json', { devices: [{ id: 'd', colour: 1 }] }, 'devices[0].colour'],
    ['an id left out', 'a.json', { applications: [{}] }, 'applications[0].id'],
    [
      'a vendor’s model that cannot be read',
      'a.json',
      { products: [{ key: 'p', application: 'never', wireFormat: 'native', huaweiProfile: 7 }] },
      'products[0].huaweiProfile',
    ],
    [
      'an application that nobody declares',
      'a.json',
      { applications: [{ id: 'never', authorisedBy: ['nobody'] }] },
      'applications[0].authorisedBy[0]: there is no application "nobody"',
    ],
    [
      'a wire format that nobody speaks',
      'a.yaml',
      'products: [{ key: p, application: never, wireFormat: morse }]',
      'products[0].wireFormat: expected one of native, huawei, enos, quectel',
    ],
  ])('with %s is refused by its place, and nothing of it is applied', async (_, name, content, problem) => {
    const withMore = typeof content === 'string' ? content : { applications: [{ id: 'never' }], ...content };
    const settings = { PROVISION: await fileWith(name, withMore) };
    const refused = applyProvisionFile(settings, store.registry);
    await expect(refused).rejects.toThrow(ConfigError);
    await expect(refused).rejects.toThrow(problem);
    expect(await everything()).toEqual({ applications: [], products: [], devices: [] });
  });

  it('that is not there is named', async () => {
    const settings = { PROVISION: join(folder, 'none') };
    await expect(applyProvisionFile(settings, store.registry)).rejects.toThrow(/^PROVISION: .*none: ENOENT/);
  });

  it('is no fault of its own where the database is away', async () => {
    const away = createPostgresStore({
      url: database.url.replace(/:\d+\//, ':1/'),
      secretsKey: SECRETS_KEY,
      onConnectionError: () => {},
    });
    const settings = { PROVISION: await fileWith('away.yaml', FILE) };
    await expect(applyProvisionFile(settings, away.registry)).rejects.toMatchObject({
      code: 'store-unavailable',
      retryable: true,
    });
    await away.close();
  });

  it('needs to be asked for', async () => {
    await applyProvisionFile({}, store.registry);
    expect(await everything()).toEqual({ applications: [], products: [], devices: [] });
  });
});
