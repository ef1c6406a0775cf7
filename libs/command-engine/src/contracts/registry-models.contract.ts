import { beforeEach, describe, expect, it } from '@jest/globals';
import type { ProductModel } from '../ports/product-model.js';
import type { NewProduct, Registry } from '../ports/registry.port.js';
import { app, product } from './registry-examples.js';

/** What every registry promises of models and their versions. `open` gives one with nothing in it. */
export function registryModelsContract(open: () => Promise<Registry>): void {
  let registry: Registry;
  beforeEach(async () => {
    registry = await open();
    await registry.apply({ applications: [app('a')], products: [], devices: [] });
  });
  const model = (id: string): ProductModel => ({ services: [{ id, methods: [{ name: 'set', parameters: [] }] }] });
  const declare = (...products: Partial<NewProduct>[]) =>
    registry.apply({ applications: [], products: products.map((each) => product('p', each)), devices: [] });
  const version = async () => (await registry.product('p'))?.modelVersion;

  describe('a product’s model', () => {
    it('has version 0 where there is none, and counts from 1', async () => {
      await declare({ model: null });
      expect(await version()).toBe(0);
      await declare({ model: model('one') });
      expect(await version()).toBe(1);
    });

    it('becomes the next version when it changes, and none when it does not', async () => {
      const lamp = { type: 'integer', name: 'level', min: 0, max: 9 } as const;
      const { name, max, min, type } = lamp;
      await declare({ model: { services: [], properties: [{ ...lamp, access: 'read' }] } });
      await declare({
        name: 'renamed',
        model: { properties: [{ access: 'read', max, name, min, type }], services: [] },
      });
      expect(await version()).toBe(1);
      await declare({ model: { services: [], properties: [{ ...lamp, max: 10, access: 'read' }] } });
      expect(await version()).toBe(2);
    });

    it('has its present version told, of any number of products at once', async () => {
      await declare({ model: model('one') });
      await registry.apply({ applications: [], products: [product('q')], devices: [] });
      await declare({ model: model('two') });
      const versions = await registry.modelVersions(['p', 'q', 'nobody', '\0', 'p']);
      expect([...versions].toSorted()).toEqual([
        ['p', 2],
        ['q', 0],
      ]);
      expect(await registry.modelVersions([])).toEqual(new Map());
    });

    it('is found again by its version, for ever', async () => {
      await declare({ model: model('one') });
      await declare({ model: model('two') });
      await declare({ model: null });
      expect(await registry.productModel('p', 1)).toEqual(model('one'));
      expect(await registry.productModel('p', 2)).toEqual(model('two'));
      for (const none of [0, 3, -1, 1.5, Number.NaN, 2 ** 53]) {
        expect(await registry.productModel('p', none)).toBeUndefined();
      }
      expect(await registry.productModel('nobody', 1)).toBeUndefined();
      expect(await registry.productModel('\0', 1)).toBeUndefined();
    });

    it('that was taken away and comes back has the version that it had, unless it has changed meanwhile', async () => {
      await declare({ model: model('one') });
      await declare({ model: null });
      expect(await version()).toBe(0);
      await declare({ model: model('one') });
      expect(await version()).toBe(1);
      await declare({ model: null });
      await declare({ model: model('two') });
      expect(await version()).toBe(2);
      await declare({ model: model('one') });
      expect(await version()).toBe(3);
    });

    it('is the product’s own: of several in one declaration each counts for itself', async () => {
      const products = ['p', 'q', 'r'].map((key) => product(key, { model: model('one') }));
      await registry.apply({ applications: [], products, devices: [] });
      const changed = [product('r', { model: model('two') }), product('q', { model: model('one') })];
      await registry.apply({ applications: [], products: changed, devices: [] });
      const versions = (await registry.products('a', { limit: 9 })).map(({ key, modelVersion }) => [key, modelVersion]);
      expect(versions).toEqual([
        ['p', 1],
        ['q', 1],
        ['r', 2],
      ]);
    });

    it('keeps the vendor’s own document beside it, and forgets it with the model', async () => {
      const modelSource = { format: 'enos', document: { services: [1, null] } } as const;
      await declare({ model: model('one'), modelSource: { ...modelSource, document: { services: [1, null] } } });
      expect(await registry.product('p')).toMatchObject({ modelSource });
      await declare({ model: model('one') });
      expect(await registry.product('p')).toMatchObject({ modelSource: null, modelVersion: 1 });
    });

    it('counts no version twice and leaves none out when many change it at the same time', async () => {
      await declare({});
      const models = Array.from({ length: 8 }, (_, n) => model(`m${n}`));
      await Promise.all(models.map((each) => declare({ model: each })));
      const found = await Promise.all(models.map((_, n) => registry.productModel('p', n + 1)));
      expect(new Set(found.map((each) => each?.services[0]?.id))).toEqual(new Set(models.map((_, n) => `m${n}`)));
      expect(await version()).toBe(8);
      expect((await registry.product('p'))?.model).toEqual(found[7]);
    });

    it('is made once when several declare the same at the same time', async () => {
      await Promise.all([1, 2, 3, 4].map(() => declare({ model: model('one') })));
      expect(await version()).toBe(1);
    });
  });
}
