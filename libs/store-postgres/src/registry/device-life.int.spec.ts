import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createEngine, type DeviceQuery, type NewDevice } from '@downlink/command-engine';
import { eventually } from '@downlink/testing';
import { openStore, type OpenStore } from '../spec-support/open-store.js';

describe('devices of an application', () => {
  let open: OpenStore;
  beforeAll(async () => {
    open = await openStore({ secretsKey: Buffer.alloc(32, 7).toString('base64') });
    await open.store.registry.apply({
      applications: [
        { id: 'a', name: 'a', credentials: {} },
        { id: 'b', name: 'b', credentials: {} },
      ],
      products: ['a', 'b'].map((key) => ({ key, applicationId: key, name: '', wireFormat: 'native', model: null })),
      devices: [],
    });
  });
  afterAll(() => open.close());

  const declare = (...devices: (Partial<NewDevice> & { id: string })[]) =>
    open.store.registry.apply({
      applications: [],
      products: [],
      devices: devices.map((device) => ({ applicationId: 'a', productKey: 'a', name: '', activated: true, ...device })),
    });
  const search = async (query: Partial<DeviceQuery> = {}) => {
    const { devices, total } = await open.store.registry.searchDevices({
      applicationId: 'a',
      offset: 0,
      limit: 100,
      ...query,
    });
    return { total, ids: devices.map(({ id }) => id), devices };
  };
  const says = (deviceId: string, kind: 'device-reachable' | 'device-unreachable') =>
    createEngine(open.store.commandStore, { handOver: () => {} }).handle([{ kind, deviceId }]);
  const gone = (id: string) =>
    eventually(async () => expect((await open.store.registry.devices([id])).has(id)).toBe(false));

  it('are searched by age, key, name, attributes and presence, page by page, and never another application’s', async () => {
    await declare({ id: 's1', key: 'k1', name: 'one', attributes: { huawei: { model: 'm', imsi: '1' } } });
    await declare({ id: 's2', key: 'k2', attributes: { huawei: { model: 'm' } } });
    await declare({ id: 's3', applicationId: 'b', productKey: 'b', key: 'k1' });
    expect(await search()).toMatchObject({ total: 2, ids: ['s2', 's1'] });
    expect(await search({ order: 'oldest' })).toMatchObject({ ids: ['s1', 's2'] });
    expect(await search({ offset: 1, limit: 1 })).toMatchObject({ total: 2, ids: ['s1'] });
    expect(await search({ offset: 5 })).toMatchObject({ total: 2, ids: [] });
    expect(await search({ key: 'k1' })).toMatchObject({ total: 1, ids: ['s1'] });
    expect(await search({ name: 'one' })).toMatchObject({ ids: ['s1'] });
    expect(await search({ ids: ['s2', 's3'] })).toMatchObject({ ids: ['s2'] });
    expect(await search({ attributes: { huawei: { model: 'm' } } })).toMatchObject({ total: 2 });
    expect(await search({ attributes: { huawei: { imsi: '1' } } })).toMatchObject({ ids: ['s1'] });
    const { createdAt } = (await search({ ids: ['s2'] })).devices[0]!;
    expect(await search({ from: createdAt + 1 })).toMatchObject({ total: 0 });
    expect((await search({ from: createdAt, until: createdAt + 1 })).ids).toContain('s2');
    expect(await search({ key: '\0' })).toMatchObject({ total: 0, ids: [] });
  });

  it('are searched by any of several keys, assets, products and presences, and by a part of their names', async () => {
    await declare({ id: 'n1', key: 'nk1', assetId: 'na1', name: 'Inverter 2A' });
    await declare({ id: 'n2', key: 'nk2', assetId: 'na2', name: 'PV inverter' });
    expect(await search({ keys: ['nk1', 'nk2', 'nobody'] })).toMatchObject({ total: 2, ids: ['n2', 'n1'] });
    expect(await search({ assetIds: ['na2'] })).toMatchObject({ ids: ['n2'] });
    expect(await search({ productKeys: ['a'], keys: ['nk1'] })).toMatchObject({ ids: ['n1'] });
    expect(await search({ productKeys: ['b'], keys: ['nk1'] })).toMatchObject({ total: 0 });
    expect(await search({ nameLike: 'INVERTER' })).toMatchObject({ total: 2 });
    expect(await search({ nameLike: 'inverter 2' })).toMatchObject({ ids: ['n1'] });
    expect(await search({ nameLike: '%' })).toMatchObject({ total: 0 });
    expect(await search({ keys: ['nk1'], presences: ['never-seen', 'unknown'] })).toMatchObject({ ids: ['n1'] });
    expect(await search({ keys: ['nk1'], presences: ['reachable'] })).toMatchObject({ total: 0 });
    for (const none of [{ keys: [] }, { assetIds: ['\0'] }, { nameLike: '\0' }])
      expect((await search(none)).total).toBe(0);
  });

  it('are never seen, then reachable, then away; what was seen once is never unseen', async () => {
    await declare({ id: 'p1' });
    const presence = async () => (await search({ ids: ['p1'] })).devices[0]?.presence;
    expect(await presence()).toBe('never-seen');
    await says('p1', 'device-reachable');
    expect(await presence()).toBe('reachable');
    await says('p1', 'device-unreachable');
    expect(await presence()).toBe('unreachable');
    expect(await search({ ids: ['p1'], presence: 'unreachable' })).toMatchObject({ total: 1 });
    expect(await search({ ids: ['p1'], presence: 'never-seen' })).toMatchObject({ total: 0 });
  });

  it('are not there any more when they had to show themselves and have not: no look-up, no secret, and the key is free', async () => {
    const { registry } = open.store;
    await declare({ id: 'l1', key: 'late', secret: 's', activateWithinMs: 1 });
    await gone('l1');
    expect(await registry.deviceSecret('l1')).toBeUndefined();
    expect(await registry.deviceByKey('a', 'late')).toBeUndefined();
    expect(await search({ key: 'late' })).toMatchObject({ total: 0 });
    await declare({ id: 'l2', key: 'late' });
    expect(await search({ key: 'late' })).toMatchObject({ ids: ['l2'] });
  });

  it('stay when they showed themselves in time, and when the demand was taken back', async () => {
    await declare({ id: 'l3', activateWithinMs: 60_000 });
    await says('l3', 'device-reachable');
    await declare(
      { id: 'l3', activateWithinMs: 1 },
      { id: 'l4', activateWithinMs: 60_000 },
      { id: 'l5', activateWithinMs: 1 },
    );
    await declare({ id: 'l4', activateWithinMs: 0 });
    await gone('l5');
    expect((await search({ ids: ['l3', 'l4'] })).total).toBe(2);
  });
});
