import { beforeEach, describe, expect, it } from '@jest/globals';
import type { NewDevice, Registry } from '../ports/registry.port.js';
import { app, conflict, device, product } from './registry-examples.js';

/** What every registry promises of the names that vendors give devices. `open` gives one with nothing in it. */
export function registryNamesContract(open: () => Promise<Registry>): void {
  let registry: Registry;
  beforeEach(async () => {
    registry = await open();
    const products = [product('p'), product('q'), product('foreign', { applicationId: 'b' })];
    await registry.apply({ applications: [app('a'), app('b')], products, devices: [] });
  });
  const declare = (...devices: NewDevice[]) => registry.apply({ applications: [], products: [], devices });
  const ofB = (id: string, more: Partial<NewDevice> = {}) =>
    device(id, { applicationId: 'b', productKey: 'foreign', ...more });

  describe('a device’s key', () => {
    it('finds it within its product only', async () => {
      await declare(device('d1', { key: 'k' }), device('d2', { productKey: 'q', key: 'k' }), ofB('d3', { key: 'k' }));
      expect(await registry.deviceByKey('p', 'k')).toMatchObject({ id: 'd1', key: 'k' });
      expect(await registry.deviceByKey('q', 'k')).toMatchObject({ id: 'd2' });
      expect(await registry.deviceByKey('foreign', 'k')).toMatchObject({ id: 'd3' });
      expect(await registry.deviceByKey('p', 'K')).toBeUndefined();
    });

    it('finds many at once', async () => {
      const keys = Array.from({ length: 300 }, (_, n) => `k${n}`);
      await declare(...keys.map((key) => device(`d-${key}`, { key })));
      const found = await registry.devicesByKeys('p', [...keys, 'nobody', '\0', 'k1']);
      expect(found.size).toBe(300);
      expect(found.get('k299')).toMatchObject({ id: 'd-k299' });
      expect(await registry.devicesByKeys('p', [])).toEqual(new Map());
      expect(await registry.devicesByKeys('\0', ['k1'])).toEqual(new Map());
    });

    it('stays where an update leaves it out, and can be changed', async () => {
      await declare(device('d', { key: 'k', assetId: 's' }));
      await declare(device('d'), device('e', { key: null }));
      expect(await registry.deviceByKey('p', 'k')).toMatchObject({ id: 'd', assetId: 's' });
      await declare(device('d', { key: 'l' }));
      expect(await registry.deviceByKey('p', 'k')).toBeUndefined();
      await declare(device('e', { key: 'k' }));
      expect(await registry.deviceByKey('p', 'k')).toMatchObject({ id: 'e' });
    });
  });

  describe('an asset', () => {
    it('names a device of its application, over all products, and never another application’s', async () => {
      await declare(
        device('d1', { assetId: 's1' }),
        device('d2', { productKey: 'q', assetId: 's/2' }),
        ofB('d3', { assetId: 's1' }),
      );
      const found = await registry.devicesByAssets('a', ['s1', 's/2', 'nobody', '\0']);
      expect([...found].map(([asset, { id }]) => [asset, id]).toSorted()).toEqual([
        ['s/2', 'd2'],
        ['s1', 'd1'],
      ]);
      expect(await registry.devicesByAssets('\0', ['s1'])).toEqual(new Map());
    });
  });

  describe('a name that is taken is refused, with nothing applied', () => {
    const known = [device('d', { key: 'k', assetId: 's' }), device('other')];
    it.each<[string, NewDevice[], string]>([
      ['a key', [device('x'), device('y', { key: 'k' })], 'devices[1].key'],
      ['an asset', [device('x', { productKey: 'q', assetId: 's' })], 'devices[0].assetId'],
      ['a key of an update', [device('other', { key: 'k' })], 'devices[0].key'],
      ['a key declared twice', [device('x', { key: 'l' }), device('y', { key: 'l' })], 'devices[1].key'],
      [
        'an asset declared twice',
        [device('x', { assetId: 't' }), device('y', { productKey: 'q', assetId: 't' })],
        'devices[1].assetId',
      ],
      ['an empty key', [device('x', { key: '' })], 'devices[0].key'],
      ['a key that no topic can carry', [device('x', { key: 'a/b' })], 'devices[0].key'],
      ['an empty asset', [device('x', { assetId: '' })], 'devices[0].assetId'],
      ['an asset with NUL', [device('x', { assetId: '\0' })], 'devices[0].assetId'],
    ])('%s', async (_, devices, path) => {
      await declare(...known);
      await expect(declare(device('new'), ...devices)).rejects.toEqual(
        conflict(path.replace(/\d/, (n) => `${Number(n) + 1}`)),
      );
      expect((await registry.listDevices('a', { limit: 9 })).map(({ id }) => id)).toEqual(['d', 'other']);
    });

    it('may be said again by who has it', async () => {
      await declare(...known);
      await declare(...known);
      expect(await registry.deviceByKey('p', 'k')).toMatchObject({ id: 'd' });
    });

    it('goes to exactly one of several that want it at the same time', async () => {
      for (const name of [{ key: 'k' }, { assetId: 's' }]) {
        const ids = ['d1', 'd2', 'd3', 'd4'].map((id) => `${id}-${Object.keys(name)[0]}`);
        const results = await Promise.allSettled(ids.map((id) => declare(device(id, name))));
        expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
        for (const result of results)
          if (result.status === 'rejected') expect(result.reason).toEqual(conflict('devices'));
      }
    });
  });

  describe('attributes', () => {
    it('are kept for each dialect, and one dialect does not touch another’s', async () => {
      await declare(device('d', { attributes: { huawei: { imsi: '1', psk: true } } }));
      await declare(device('d', { attributes: { enos: { tags: ['x', null] } } }), device('e'));
      await declare(device('d', { attributes: { huawei: { imsi: '2' } } }), device('d2', { attributes: {} }));
      await declare(device('d'));
      const attributes = { huawei: { imsi: '2' }, enos: { tags: ['x', null] } };
      expect((await registry.devices(['d'])).get('d')).toMatchObject({ attributes });
      expect((await registry.devices(['e'])).get('e')?.attributes).toEqual({});
    });

    it('are kept of products as well, also when two dialects write at the same time', async () => {
      await Promise.all(
        ['huawei', 'enos', 'quectel'].map((dialect) =>
          registry.apply({ applications: [], products: [product('p', { attributes: { [dialect]: 1 } })], devices: [] }),
        ),
      );
      expect((await registry.product('p'))?.attributes).toEqual({ huawei: 1, enos: 1, quectel: 1 });
    });
  });

  describe('a device that is removed', () => {
    it('is gone, and its names are free', async () => {
      await declare(device('d', { key: 'k', assetId: 's', secret: 'x' }));
      expect(await registry.removeDevice('d', 'a')).toBe(true);
      expect(await registry.devices(['d'])).toEqual(new Map());
      expect(await registry.deviceSecret('d')).toBeUndefined();
      expect(await registry.removeDevice('d', 'a')).toBe(false);
      await declare(ofB('d'), device('e', { key: 'k', assetId: 's' }));
      expect(await registry.deviceByKey('p', 'k')).toMatchObject({ id: 'e' });
    });

    it('is never another application’s', async () => {
      await declare(device('d'));
      expect(await registry.removeDevice('d', 'b')).toBe(false);
      expect(await registry.removeDevice('nobody', 'a')).toBe(false);
      expect(await registry.removeDevice('\0', 'a')).toBe(false);
      expect(await registry.devices(['d'])).toHaveProperty('size', 1);
    });
  });
}
