import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Registry, RegistryDeclaration } from '../ports/registry.port.js';
import { app, conflict, device, product } from './registry-examples.js';

/** What every registry promises. `open` gives one with nothing in it. */
export function registryContract(open: () => Promise<Registry>): void {
  let registry: Registry;
  beforeEach(async () => {
    registry = await open();
  });
  const apply = (parts: Partial<RegistryDeclaration>) =>
    registry.apply({ applications: [], products: [], devices: [], ...parts });

  describe('what has been declared', () => {
    it('is found, with the wire format of the product at the device', async () => {
      const on = { name: 'on', type: 'boolean' } as const;
      const model = { services: [{ id: 'lamp', methods: [{ name: 'switch', parameters: [on] }] }] };
      await apply({ applications: [app('a')], products: [product('p', { model })], devices: [device('d')] });
      expect(await registry.application('a')).toEqual({
        id: 'a',
        name: 'a',
        orgId: null,
        authorisedBy: [],
        callsPerMinute: 0,
        methods: { allow: [], deny: [] },
        createdAt: expect.any(Number),
      });
      expect(await registry.product('p')).toMatchObject({ applicationId: 'a', wireFormat: 'native', model });
      expect(await registry.devices(['d', 'nobody', 'd'])).toEqual(
        new Map([
          [
            'd',
            {
              ...device('d'),
              wireFormat: 'native',
              lateAnswers: 'record',
              key: null,
              assetId: null,
              attributes: {},
              createdAt: expect.any(Number),
              silentSince: null,
            },
          ],
        ]),
      );
    });

    it('says what late answers do, as the product has it, and keeps it where an update leaves it out', async () => {
      await apply({
        applications: [app('a')],
        products: [product('p', { lateAnswers: 'accept' })],
        devices: [device('d')],
      });
      const late = async () => [
        (await registry.product('p'))?.lateAnswers,
        (await registry.devices(['d'])).get('d')?.lateAnswers,
      ];
      expect(await late()).toEqual(['accept', 'accept']);
      await apply({ products: [product('p', { name: 'new' })] });
      expect(await late()).toEqual(['accept', 'accept']);
      await apply({ products: [product('p', { lateAnswers: 'record' })] });
      expect(await late()).toEqual(['record', 'record']);
    });

    it('is created now, in milliseconds', async () => {
      await apply({ applications: [app('a')] });
      const { createdAt = 0 } = (await registry.application('a')) ?? {};
      expect(Math.abs(Date.now() - createdAt)).toBeLessThan(60_000);
    });

    it('can be declared again, and changes what is given', async () => {
      const declaration = { applications: [app('a')], products: [product('p')], devices: [device('d')] };
      await apply(declaration);
      const before = await registry.devices(['d']);
      await apply(declaration);
      expect(await registry.devices(['d'])).toEqual(before);
      await apply({
        products: [product('p', { wireFormat: 'enos', model: null })],
        devices: [device('d', { name: 'new' })],
      });
      expect((await registry.devices(['d'])).get('d')).toMatchObject({ name: 'new', wireFormat: 'enos' });
    });

    it('keeps the secrets that an update leaves out', async () => {
      const credentials = { native: { key: 'k' }, huawei: { secret: 's' } };
      await apply({
        applications: [app('a', { credentials })],
        products: [product('p', { wireFormat: 'huawei' })],
        devices: [device('d', { secret: 'x' })],
      });
      await apply({ applications: [app('a', { credentials: { huawei: { secret: 't' } } })], devices: [device('d')] });
      expect(await registry.deviceSecret('d')).toBe('x');
      expect(await registry.authenticate({ dialect: 'native', key: 'k' })).toMatchObject({ id: 'a' });
      expect(await registry.authenticate({ dialect: 'huawei', appId: 'a', secret: 's' })).toBeUndefined();
      expect(await registry.authenticate({ dialect: 'huawei', appId: 'a', secret: 't' })).toMatchObject({ id: 'a' });
    });

    it('may use any characters in secrets, and long ones', async () => {
      const secret = `ключ\u{1F511}\n${'x'.repeat(10_000)}`;
      await apply({
        applications: [app('a', { credentials: { native: { key: secret } } })],
        products: [product('p', { wireFormat: 'huawei' })],
        devices: [device('d', { secret })],
      });
      expect(await registry.deviceSecret('d')).toBe(secret);
      expect(await registry.authenticate({ dialect: 'native', key: secret })).toMatchObject({ id: 'a' });
    });
  });

  describe('a declaration that cannot be applied is refused as a whole', () => {
    const good = { applications: [app('a'), app('b')], products: [product('p')], devices: [device('d')] };
    const key = { native: { key: 'k' } };
    const foreign = product('q', { applicationId: 'b' });
    const refused: [string, Partial<RegistryDeclaration>, string][] = [
      [
        'an unknown application of a product',
        { products: [product('x'), product('y', { applicationId: 'c' })] },
        'products[1].application',
      ],
      [
        'an unknown application of a device',
        { devices: [device('x', { applicationId: 'c' })] },
        'devices[0].application',
      ],
      ['an unknown product', { devices: [device('x'), device('y', { productKey: 'z' })] }, 'devices[1].product'],
      [
        'a product of another application',
        { products: [foreign], devices: [device('x', { productKey: 'q' })] },
        'devices[0].product',
      ],
      ['a product that changes its owner', { products: [product('p', { applicationId: 'b' })] }, 'products[0].key'],
      [
        'a device that changes its owner',
        { products: [foreign], devices: [device('x'), device('d', { applicationId: 'b', productKey: 'q' })] },
        'devices[1].id',
      ],
      [
        'one native key for two applications',
        { applications: [app('c', { credentials: key }), app('d', { credentials: key })] },
        'applications[1].native.key',
      ],
      ['an id declared twice', { devices: [device('x'), device('x')] }, 'devices[1].id'],
      ['an empty id', { applications: [app('')] }, 'applications[0].id'],
      ['a long application id', { applications: [app('x'.repeat(65))] }, 'applications[0].id'],
      ['a long product key', { products: [product('x'.repeat(65))] }, 'products[0].key'],
      ['a long device id', { devices: [device('x'.repeat(129))] }, 'devices[0].id'],
      ...['+', '#', '/', '\0', '\n', '\u007f', '\ud800'].map(
        (character): [string, Partial<RegistryDeclaration>, string] => [
          `a device id with ${JSON.stringify(character)}`,
          { devices: [device(`x${character}`)] },
          'devices[0].id',
        ],
      ),
      ['NUL in a name', { applications: [app('c', { name: '\0' })] }, 'applications[0]'],
      [
        'NUL in a model',
        { products: [product('x', { model: { services: [{ id: '\0', methods: [] }] } })] },
        'products',
      ],
    ];
    it.each(refused)('%s', async (_, parts, path) => {
      await apply(good);
      await expect(apply({ applications: [app('e')], ...parts })).rejects.toEqual(conflict(path));
      expect(await registry.application('e')).toBeUndefined();
      expect((await registry.applications({ limit: 9 })).map(({ id }) => id)).toEqual(['a', 'b']);
      expect((await registry.products(undefined, { limit: 9 })).map((each) => each.key)).toEqual(['p']);
      expect((await registry.listDevices(undefined, { limit: 9 })).map(({ id }) => id)).toEqual(['d']);
      expect((await registry.devices(['d'])).get('d')).toMatchObject({ applicationId: 'a' });
    });

    it('a native key that another application has', async () => {
      await apply({ applications: [app('a', { credentials: key })] });
      const theft = apply({ applications: [app('b', { credentials: key })] });
      await expect(theft).rejects.toEqual(conflict('applications[0].native.key'));
      expect(await registry.authenticate({ dialect: 'native', key: 'k' })).toMatchObject({ id: 'a' });
      expect(await registry.application('b')).toBeUndefined();
    });
  });

  describe('of several declarations at the same time', () => {
    it('identical ones all succeed', async () => {
      const devices = Array.from({ length: 50 }, (_, at) => device(`d${at}`));
      const declarations = [devices, devices.toReversed(), devices, devices.toReversed()];
      await Promise.all(
        declarations.map((some) => apply({ applications: [app('a')], products: [product('p')], devices: some })),
      );
      expect(await registry.listDevices('a', { limit: 100 })).toHaveLength(50);
    });

    it('exactly one gets a device that several want', async () => {
      const owners = ['a', 'b', 'c', 'd'];
      const results = await Promise.allSettled(
        owners.map((owner) =>
          apply({
            applications: [app(owner)],
            products: [product(`p-${owner}`, { applicationId: owner })],
            devices: [device('d', { applicationId: owner, productKey: `p-${owner}` })],
          }),
        ),
      );
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(await registry.applications({ limit: 9 })).toHaveLength(1);
    });

    it('exactly one gets a native key that several want', async () => {
      const credentials = { native: { key: 'k' } };
      const results = await Promise.allSettled(
        ['a', 'b', 'c', 'd'].map((owner) => apply({ applications: [app(owner, { credentials })] })),
      );
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      for (const result of results) {
        if (result.status === 'rejected') expect(result.reason).toEqual(conflict('applications'));
      }
    });
  });

  describe('what belongs to another application', () => {
    beforeEach(() =>
      apply({
        applications: [app('a'), app('b')],
        products: [product('p'), product('q', { applicationId: 'b' })],
        devices: [device('d1'), device('d2'), device('e', { applicationId: 'b', productKey: 'q' })],
      }),
    );

    it('is not found', async () => {
      expect(await registry.product('q', 'a')).toBeUndefined();
      expect(await registry.product('q', 'b')).toMatchObject({ key: 'q' });
    });

    it('is in no list', async () => {
      expect((await registry.products('a', { limit: 9 })).map((each) => each.key)).toEqual(['p']);
      expect((await registry.listDevices('a', { limit: 9 })).map(({ id }) => id)).toEqual(['d1', 'd2']);
    });
  });

  it('lists in pages, ordered by id byte by byte', async () => {
    const ids = ['B', 'a', 'a-1', 'ab', 'é'];
    await apply({ applications: ids.map((id) => app(id)) });
    const seen: string[] = [];
    for (let after = ''; ; after = seen.at(-1) ?? '') {
      const page = await registry.applications({ after, limit: 2 });
      if (page.length === 0) break;
      seen.push(...page.map(({ id }) => id));
    }
    expect(seen).toEqual(ids);
  });

  it('finds nobody behind a wrong credential', async () => {
    await apply({
      applications: [app('a', { credentials: { native: { key: 'k' }, huawei: { secret: 's' } } }), app('b')],
    });
    expect(await registry.authenticate({ dialect: 'native', key: 'K' })).toBeUndefined();
    expect(await registry.authenticate({ dialect: 'native', key: '' })).toBeUndefined();
    expect(await registry.authenticate({ dialect: 'huawei', appId: 'b', secret: 's' })).toBeUndefined();
    expect(await registry.authenticate({ dialect: 'huawei', appId: 'a', secret: 'k' })).toBeUndefined();
  });

  it('tells the secret of a signing key by the application that it belongs to', async () => {
    const enos = { orgId: 'o', appKey: 'ak', appSecret: 'as' };
    await apply({ applications: [app('a', { credentials: { enos, huawei: { secret: 's' } } }), app('b')] });
    expect(await registry.signingSecretOf('enos', 'a')).toBe('as');
    for (const none of ['b', 'ak', '', '\0']) expect(await registry.signingSecretOf('enos', none)).toBeUndefined();
    expect(await registry.signingSecretOf('quectel', 'a')).toBeUndefined();
    await apply({ applications: [app('a', { credentials: { enos: { ...enos, appSecret: 'new' } } })] });
    expect(await registry.signingSecretOf('enos', 'a')).toBe('new');
  });

  it('finds nothing under ids that cannot exist', async () => {
    const nul = '\0';
    expect(await registry.application(nul)).toBeUndefined();
    expect(await registry.product(nul)).toBeUndefined();
    expect(await registry.product('p', nul)).toBeUndefined();
    expect(await registry.products(nul, { after: nul, limit: 1 })).toEqual([]);
    expect(await registry.listDevices(nul, { after: nul, limit: 1 })).toEqual([]);
    expect(await registry.applications({ after: nul, limit: 1 })).toEqual([]);
    expect(await registry.devices([nul, '\ud800'])).toEqual(new Map());
    expect(await registry.deviceSecret(nul)).toBeUndefined();
    expect(await registry.authenticate({ dialect: 'huawei', appId: nul, secret: nul })).toBeUndefined();
  });
}
