import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { JsonObject } from '@downlink/command-domain';
import { startNorthbound, type RunningNorthbound } from '@downlink/northbound-kit/contracts';
import { EnosModule } from './enos.module.js';
import { enosFaces } from './face.js';
import { importEnosThingModel } from './model/import-enos-thing-model.js';
import {
  APPLICATION,
  declareSpecimens,
  EnosClient,
  FOREIGN_ORG,
  MODELLED_PRODUCT,
  ORG,
  PRODUCT,
} from './spec-support/enos-client.js';
import { readGolden } from './spec-support/read-golden.js';

interface Exchange {
  readonly body: JsonObject;
}
interface GoldenRegistration {
  readonly create: Exchange & { readonly members: string[] };
  readonly update: Exchange;
  readonly search: Exchange & { readonly pagination: JsonObject };
  readonly members: string[];
}
const goldenProduct = readGolden<GoldenRegistration>('product');
const goldenDevice = readGolden<GoldenRegistration>('device');
const goldenModel = readGolden<{ document: JsonObject }>('thing-model');

const PRODUCTS = '/connect-service/v2.1/products';
const DEVICES = '/connect-service/v2.1/devices';
const MODELS = '/model-service/v2.1/thing-models';

describe('EnOS, products, devices and thing models', () => {
  let running: RunningNorthbound;
  let client: EnosClient;
  let other: EnosClient;

  beforeAll(async () => {
    running = await startNorthbound(enosFaces, (ports) => EnosModule.forRoot(ports));
    await declareSpecimens(running);
    const imported = importEnosThingModel(goldenModel.document);
    if (!imported.ok) throw new Error(imported.problem);
    const modelSource = { format: 'enos', document: goldenModel.document } as const;
    const product = { key: MODELLED_PRODUCT, applicationId: APPLICATION, name: 'Models', wireFormat: 'enos' };
    await running.ports.registry.apply({
      applications: [],
      products: [{ ...product, model: imported.model, modelSource }],
      devices: [],
    });
    client = await EnosClient.of(running.url);
    other = await EnosClient.of(running.url, 'ak-2', 'as-2');
  });
  afterAll(() => running.stop());

  const on = (path: string, as = () => client, orgId = ORG) => ({
    get: (query: Record<string, string>) => as().call('GET', path, { action: 'get', orgId, ...query }),
    post: (action: string, query: Record<string, string>, body?: object) =>
      as().call('POST', path, { action, orgId, ...query }, body),
  });
  const products = on(PRODUCTS);
  const devices = on(DEVICES);
  const models = on(MODELS);
  const foreign = (path: string) => on(path, () => other, FOREIGN_ORG);

  const createProduct = async (over: object = {}) =>
    (await products.post('create', {}, { ...goldenProduct.create.body, ...over })).data as string;
  const createDevice = (over: object = {}) =>
    devices.post('create', {}, { ...goldenDevice.create.body, productKey: PRODUCT, ...over });
  const assetOf = async (over: object = {}) => ((await createDevice(over)).data as { assetId: string }).assetId;

  describe('a product', () => {
    it('is created with a key of eight characters, and shown with all documented members', async () => {
      const answer = await products.post('create', {}, goldenProduct.create.body);
      expect(answer).toMatchObject({
        status: 200,
        code: 0,
        msg: 'OK',
        data: expect.stringMatching(/^[A-Za-z0-9]{8}$/),
      });
      const { data } = await products.get({ productKey: answer.data as string });
      expect(Object.keys(data)).toEqual(goldenProduct.members);
      const { dynamicActivateEnabled: _, ...said } = goldenProduct.create.body;
      expect(data).toMatchObject({
        ...said,
        orgId: ORG,
        productKey: answer.data,
        productSecret: expect.stringMatching(/^[A-Za-z0-9]{24}$/),
        dynamicActivateEnabled: false,
        createTime: expect.any(Number),
      });
    });

    it('has the model of the products that have it, and commands are checked against it', async () => {
      const key = await createProduct();
      const { assetId } = (await createDevice({ productKey: key })).data as { assetId: string };
      const called = await client.invoke(
        { assetId, serviceId: 'speedup', pendingTtl: '60' },
        { inputData: { delta: 7 } },
      );
      expect(called).toMatchObject({ code: 99400 });
    });

    it('is for devices that speak EnOS’ own wire format, whatever those of the model’s other products speak', async () => {
      const { registry } = running.ports;
      const native = { key: 'speaks1', applicationId: APPLICATION, name: '', wireFormat: 'native' };
      await registry.apply({ applications: [], products: [{ ...native, model: { services: [] } }], devices: [] });
      const key = await createProduct({ modelId: native.key });
      expect(await registry.product(key)).toMatchObject({ wireFormat: 'enos', model: { services: [] } });
    });

    it('is updated: what is left out stays, and so does its secret', async () => {
      const key = await createProduct();
      const { data: before } = await products.get({ productKey: key });
      expect(await products.post('update', { productKey: key }, goldenProduct.update.body)).toMatchObject({
        code: 0,
        data: key,
      });
      const { data: after } = await products.get({ productKey: key });
      const kept = (({ productSecret, modelId, dataFormat, productType, createTime }: JsonObject) => ({
        productSecret,
        modelId,
        dataFormat,
        productType,
        createTime,
      }))(before);
      expect(after).toMatchObject({ ...goldenProduct.update.body, ...kept });
      const { productTags: _, productDesc: __, ...least } = goldenProduct.update.body;
      await products.post('update', { productKey: key }, least);
      expect((await products.get({ productKey: key })).data).toMatchObject({
        productDesc: 'changed',
        productTags: { key1: 'v2' },
      });
    });

    it('is searched, without telling secrets', async () => {
      await createProduct({ productName: { defaultValue: 'To be found' } });
      const expression = "productName like 'be found' and modelId = 'planet'";
      const answer = await products.post('search', {}, { ...goldenProduct.search.body, expression });
      expect(answer.data).toMatchObject([{ productName: { defaultValue: 'To be found' }, productSecret: null }]);
      expect(answer.pagination).toEqual({ ...goldenProduct.search.pagination, totalSize: 1 });
      const all = await products.post('search', {});
      expect(all.pagination).toMatchObject({ pageNo: 1, pageSize: 10 });
      expect((await foreign(PRODUCTS).post('search', {}, {})).pagination).toMatchObject({ totalSize: 1 });
    });

    it('needs a model that there is: 11699', async () => {
      expect(await products.post('create', {}, { ...goldenProduct.create.body, modelId: 'nowhere' })).toMatchObject({
        code: 11699,
      });
      const inPlace = { ...goldenProduct.create.body, modelId: 'planet' };
      expect(await foreign(PRODUCTS).post('create', {}, inPlace)).toMatchObject({ code: 11699 });
    });

    it('that is unknown or another application’s is 11611 to get and 99404 to update', async () => {
      for (const productKey of ['nowhere', 'foreign1']) {
        expect(await products.get({ productKey })).toMatchObject({ status: 200, code: 11611, data: null });
        expect(await products.post('update', { productKey }, goldenProduct.update.body)).toMatchObject({ code: 99404 });
      }
      expect(await foreign(PRODUCTS).get({ productKey: PRODUCT })).toMatchObject({ code: 11611 });
    });

    it.each(['delete', 'enable', 'toString'])('knows no action %s', async (action) =>
      expect(await products.post(action, { productKey: PRODUCT })).toMatchObject({ code: 99400 }),
    );
  });

  describe('a device', () => {
    it('is created with names and a secret, and shown with all documented members', async () => {
      const answer = await createDevice();
      expect(answer).toMatchObject({ status: 200, code: 0, msg: 'OK' });
      expect(Object.keys(answer.data)).toEqual(goldenDevice.create.members);
      const { assetId, deviceKey, deviceSecret } = answer.data as Record<
        'assetId' | 'deviceKey' | 'deviceSecret',
        string
      >;
      expect(assetId).toMatch(/^[A-Za-z0-9]{8}$/);
      const { data } = await devices.get({ assetId });
      expect(Object.keys(data)).toEqual(goldenDevice.members);
      const said = { ...goldenDevice.create.body, productKey: PRODUCT };
      expect(data).toMatchObject({
        ...said,
        orgId: ORG,
        assetId,
        deviceKey,
        deviceSecret,
        status: 'inactive',
        modelId: null,
      });
      expect((await devices.get({ productKey: PRODUCT, deviceKey })).data).toEqual(data);
    });

    it('is online while it is there, and offline when it has left', async () => {
      const assetId = await assetOf();
      const [device] = [...(await running.ports.registry.devicesByAssets(APPLICATION, [assetId])).values()];
      const statusOf = async () => ((await devices.get({ assetId })).data as JsonObject)['status'];
      await running.handle({ kind: 'device-reachable', deviceId: device!.id });
      expect(await statusOf()).toBe('online');
      await running.handle({ kind: 'device-unreachable', deviceId: device!.id });
      expect(await statusOf()).toBe('offline');
    });

    it('of a product with a model tells the model’s name', async () => {
      const assetId = await assetOf({ productKey: MODELLED_PRODUCT });
      expect((await devices.get({ assetId })).data).toMatchObject({
        modelId: 'planet',
        modelIdPath: '/planet',
        productName: { defaultValue: 'Models' },
      });
    });

    it('can be commanded as soon as it is there, on its own clock', async () => {
      const assetId = await assetOf({ timezone: 'America/Los_Angeles' });
      const { data } = await client.invoke({ assetId, pendingTtl: '60' });
      const { commandId } = data as { commandId: string };
      const { createTime, createLocalTime } = (await client.commands('GET', 'get', { assetId, commandId }))
        .data as Record<string, string>;
      const local = new Date(Number(createTime)).toLocaleString('sv-SE', { timeZone: 'America/Los_Angeles' });
      expect(createLocalTime).toBe(local);
    });

    it('may bring its own key, which is taken once within its product: 11702', async () => {
      expect((await createDevice({ deviceKey: 'mine' })).data).toMatchObject({ deviceKey: 'mine' });
      expect(await createDevice({ deviceKey: 'mine' })).toMatchObject({ status: 200, code: 11702, data: null });
      expect((await createDevice({ deviceKey: 'mine', productKey: MODELLED_PRODUCT })).code).toBe(0);
      const race = await Promise.all(['raced', 'raced', 'raced'].map((deviceKey) => createDevice({ deviceKey })));
      expect(race.map(({ code }) => code).sort()).toEqual([0, 11702, 11702]);
    });

    it('of an unknown product, or of another application’s, is not created: 99404', async () => {
      for (const productKey of ['nowhere', 'foreign1']) {
        expect(await createDevice({ productKey })).toMatchObject({ status: 200, code: 99404, data: null });
      }
    });

    it('is updated: what is left out stays, and so do its names and secret', async () => {
      const assetId = await assetOf();
      const { data: before } = await devices.get({ assetId });
      expect(await devices.post('update', { assetId }, goldenDevice.update.body)).toMatchObject({
        code: 0,
        msg: 'OK',
        data: null,
      });
      expect((await devices.get({ assetId })).data).toEqual({ ...(before as JsonObject), ...goldenDevice.update.body });
      await devices.post('update', { assetId }, { timezone: '+01:00', deviceName: { defaultValue: 'new' } });
      expect((await devices.get({ assetId })).data).toMatchObject({
        timezone: '+01:00',
        deviceTags: { test: 'test_value' },
      });
    });

    it('is searched, the newest first and without telling secrets', async () => {
      for (let n = 0; n < 7; n++)
        await createDevice({ deviceKey: `listed-${n}`, deviceName: { defaultValue: `Listed ${n}` } });
      const expression = "deviceName like 'listed' and status = 'inactive'";
      const page = await devices.post('search', {}, { ...goldenDevice.search.body, expression });
      expect(page.data).toMatchObject([{ deviceKey: 'listed-1', deviceSecret: null }, { deviceKey: 'listed-0' }]);
      expect(page.pagination).toEqual({ sortedBy: null, pageNo: 2, pageSize: 5, totalSize: 7 });
      const some = { expression: "deviceKey in ('listed-3', 'listed-5')", projection: ['deviceKey'] };
      expect((await devices.post('search', {}, some)).data).toEqual([
        { deviceKey: 'listed-5' },
        { deviceKey: 'listed-3' },
      ]);
      expect((await foreign(DEVICES).post('search', {}, { expression })).pagination).toMatchObject({ totalSize: 0 });
      expect(await devices.post('search', {}, { expression: "deviceTags.a = 'b'" })).toMatchObject({ code: 99400 });
    });

    it('is deleted with what is queued for it, and its history stays with whoever knows the command', async () => {
      const assetId = await assetOf({ deviceKey: 'short-lived' });
      const issue = async () =>
        ((await client.invoke({ assetId, pendingTtl: '60' })).data as { commandId: never }).commandId;
      await issue();
      const queued = await issue();
      expect(await devices.post('delete', { assetId })).toMatchObject({ code: 0, msg: 'OK', data: null });
      expect((await running.ports.reader.head(queued))?.state.status).toBe('canceled');
      expect(await devices.get({ assetId })).toMatchObject({ code: 99404 });
      expect(await devices.post('delete', { assetId })).toMatchObject({ code: 99404 });
      expect((await createDevice({ deviceKey: 'short-lived' })).code).toBe(0);
    });

    it('of another application is neither shown nor changed nor deleted: 99404', async () => {
      const theirs = { assetId: 'asset-f' };
      const own = { assetId: await assetOf() };
      expect(await devices.get(theirs)).toMatchObject({ code: 99404, data: null });
      expect(await devices.post('update', theirs, goldenDevice.update.body)).toMatchObject({ code: 99404 });
      expect(await devices.post('delete', theirs)).toMatchObject({ code: 99404 });
      expect(await foreign(DEVICES).get(own)).toMatchObject({ code: 99404 });
      expect(await foreign(DEVICES).post('delete', own)).toMatchObject({ code: 99404 });
      expect((await devices.get(own)).code).toBe(0);
    });
  });

  describe('a thing model', () => {
    it('is the one that its product was made with, under the caller’s organization', async () => {
      const answer = await models.get({ modelId: 'planet' });
      expect(answer).toMatchObject({ status: 200, code: 0, msg: 'OK' });
      expect(answer.data).toEqual({ ...goldenModel.document, orgId: ORG });
    });

    it('that is unknown, or of another application only, is 99404', async () => {
      expect(await models.get({ modelId: 'nowhere' })).toMatchObject({ status: 200, code: 99404, data: null });
      expect(await foreign(MODELS).get({ modelId: 'planet' })).toMatchObject({ code: 99404 });
      expect(await models.get({})).toMatchObject({ code: 99400, msg: 'Invalid Argument modelId:modelId is missing' });
    });
  });
});
