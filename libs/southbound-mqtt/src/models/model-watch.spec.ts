import { afterEach, describe, expect, it } from '@jest/globals';
import type { Product, ProductModel } from '@downlink/command-engine';
import { eventually } from '@downlink/testing';
import { collectingLogger } from '../spec-support/collecting-logger.js';
import { ModelWatch } from './model-watch.js';

const device = { deviceId: 'd', productKey: 'pk', deviceKey: 'dk' };
const withService = (id: string): ProductModel => ({
  services: [{ id, methods: [{ name: 'invoke', parameters: [] }] }],
});

const stops: (() => void)[] = [];
afterEach(() => stops.splice(0).forEach((stop) => stop()));

/** A registry of one product whose model the spec changes. */
function open() {
  const product = { key: 'pk', wireFormat: 'enos', model: withService('on'), modelVersion: 1 };
  const looks = { products: 0, versions: 0, models: 0 };
  const state = { away: false, connected: ['pk'] };
  const told: (readonly string[])[] = [];
  const logger = collectingLogger();
  const watch = new ModelWatch({
    registry: {
      async modelVersions(keys) {
        looks.versions += 1;
        if (state.away) throw new Error('the registry is away');
        return new Map(keys.filter((key) => key === 'pk').map((key) => [key, product.modelVersion]));
      },
      async product() {
        looks.models += 1;
        return { ...product } as Product;
      },
    },
    products() {
      looks.products += 1;
      return state.connected;
    },
    logger,
    everyMs: 2,
  });
  stops.push(watch.listen((change) => told.push(change.subscriptionsFor(device))));
  const change = (id: string): void =>
    void Object.assign(product, { model: withService(id), modelVersion: product.modelVersion + 1 });
  const afterLooks = async (count: number): Promise<void> => {
    const until = looks.versions + count;
    await eventually(() => expect(looks.versions).toBeGreaterThanOrEqual(until));
  };
  return { told, change, looks, state, afterLooks, logger };
}

const subscribesTo = (service: string) => expect.arrayContaining([`/sys/pk/dk/thing/service/${service}`]);

describe('a changed model', () => {
  it('is told with the topics of the new one, twice, and then no more', async () => {
    const { told, change, afterLooks } = open();
    await eventually(() => expect(told).toHaveLength(2));
    change('off');
    await eventually(() => expect(told).toHaveLength(4));
    await afterLooks(3);
    expect(told).toEqual([...Array(2).fill(subscribesTo('on')), ...Array(2).fill(subscribesTo('off'))]);
    expect(told.at(-1)).not.toEqual(subscribesTo('on'));
  });

  it('costs one look at the versions while nothing changes', async () => {
    const { told, looks, afterLooks } = open();
    await eventually(() => expect(told).toHaveLength(2));
    await afterLooks(5);
    expect(looks.models).toBe(2);
  });

  it('is not looked for while no device is connected, and found when one comes', async () => {
    const { told, state, change, looks } = open();
    await eventually(() => expect(told).toHaveLength(2));
    state.connected = [];
    change('off');
    const until = looks.products + 3;
    await eventually(() => expect(looks.products).toBeGreaterThan(until));
    expect(told).toHaveLength(2);
    state.connected = ['pk', 'unknown'];
    await eventually(() => expect(told.at(-1)).toEqual(subscribesTo('off')));
  });

  it('is found after the registry was away, which the log says once', async () => {
    const { told, state, change, afterLooks, logger } = open();
    await eventually(() => expect(told).toHaveLength(2));
    state.away = true;
    await afterLooks(2);
    change('off');
    state.away = false;
    await eventually(() => expect(told.at(-1)).toEqual(subscribesTo('off')));
    expect(logger.lines.map(({ message }) => message)).toEqual(['changes of models cannot be seen, trying again']);
  });
});
