import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { JsonObject } from '@downlink/command-domain';
import { startNorthbound, type RunningNorthbound } from '@downlink/northbound-kit/contracts';
import { eventually } from '@downlink/testing';
import { huaweiFace } from './face.js';
import { HuaweiModule } from './huawei.module.js';
import {
  APPLICATION,
  declareSpecimens,
  FOREIGN_APPLICATION,
  FOREIGN_DEVICE,
  HuaweiClient,
  logIn,
  MODELLED_DEVICE,
  OWN_DEVICE,
  type JsonAnswer,
} from './spec-support/huawei-client.js';
import { readGolden } from './spec-support/read-golden.js';

const REGISTER = '/iocm/app/reg/v1.1.0/deviceCredentials';
const REGISTER_SECRET = '/iocm/app/reg/v2.0.0/deviceCredentials';
const DEVICES = '/iocm/app/dm/v1.4.0/devices';
const CAPABILITIES = '/iocm/app/data/v1.1.0/deviceCapabilities';
const PROFILES = '/iocm/app/profile/v1.1.0/deviceProfiles';
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const UNKNOWN = '00000000-0000-4000-8000-000000000000';

interface Exchange {
  readonly request: JsonObject;
  readonly response: JsonObject;
}
const byCode = readGolden<Exchange>('register-device');
const bySecret = readGolden<Exchange>('register-device-secret');
const modify = readGolden<Pick<Exchange, 'request'>>('modify-device');
const profile = readGolden<{ document: { devicetype: { devices: JsonObject[] }; servicetype: JsonObject[] } }>(
  'device-profile',
).document;

describe('devices', () => {
  let running: RunningNorthbound;
  let client: HuaweiClient;
  let foreigner: HuaweiClient;
  let made = 0;

  beforeAll(async () => {
    running = await startNorthbound([huaweiFace], (ports) => HuaweiModule.forRoot(ports));
    await declareSpecimens(running);
    client = await HuaweiClient.of(running.url);
    const token = await logIn(running.url, FOREIGN_APPLICATION, 'another');
    foreigner = new HuaweiClient(running.url, { app_key: FOREIGN_APPLICATION, authorization: `Bearer ${token}` });
  });
  afterAll(() => running.stop());

  const freshNode = () => `node-${String(made++)}`;
  const register = (over: object = {}, by = client) => by.call('POST', REGISTER, { nodeId: freshNode(), ...over });
  const registered = async (over: object = {}): Promise<string> => (await register(over)).body['deviceId'] as string;
  const get = (path: string, by = client) => by.call('GET', path);
  const shown = async (id: string) => (await get(`${DEVICES}/${id}`)).body as { deviceInfo: JsonObject } & JsonObject;
  const put = (id: string, body: object, by = client) => by.call('PUT', `${DEVICES}/${id}`, body);
  const remove = (id: string, query = '', by = client) => by.call('DELETE', `${DEVICES}/${id}${query}`);
  const idsOf = ({ body }: JsonAnswer) => (body['devices'] as { deviceId: string }[]).map(({ deviceId }) => deviceId);
  const productOf = async (id: string) => (await running.store.registry.devices([id])).get(id)?.productKey;
  const appears = (deviceId: string) => running.handle({ kind: 'device-reachable', deviceId });
  const expectError = ({ status, body }: JsonAnswer, expected: number, code: string) => {
    expect(body).toEqual({ error_code: code, error_desc: expect.any(String) });
    expect(status).toBe(expected);
  };

  describe('registration by verification code', () => {
    it('takes what the official Python SDK sends and answers in the members of the vendor’s table', async () => {
      const { status, body } = await client.call('POST', REGISTER, byCode.request);
      expect(status).toBe(200);
      expect(body).toEqual({
        ...byCode.response,
        deviceId: expect.stringMatching(UUID),
        psk: expect.stringMatching(/^[0-9a-f]{32}$/),
      });
    });

    it('makes what is left out, and logs the device in with its psk', async () => {
      const { body } = await register({ psk: 'ABCDEF0123456789' });
      expect(body).toMatchObject({ psk: 'ABCDEF0123456789', timeout: 0, verifyCode: expect.any(String) });
      const id = body['deviceId'] as string;
      expect(await running.store.registry.deviceSecret(id)).toBe('ABCDEF0123456789');
      expect((await register({ timeout: '300' })).body).toMatchObject({ timeout: 300 });
    });

    it('of one node twice is 100416, also at the same time, and another application may have the same', async () => {
      const nodeId = freshNode();
      const answers = await Promise.all(Array.from({ length: 8 }, () => register({ nodeId })));
      expect(answers.filter(({ body }) => body['deviceId'] !== undefined)).toHaveLength(1);
      expect(new Set(answers.map(({ body }) => body['error_code']))).toEqual(new Set([undefined, '100416']));
      expectError(await register({ nodeId }), 400, '100416');
      expect((await register({ nodeId }, foreigner)).status).toBe(200);
    });

    it('that is not followed by a sign of life in time was for nothing: the device is unknown and its node free', async () => {
      const nodeId = freshNode();
      const id = await registered({ nodeId, timeout: 1 });
      await eventually(async () => expectError(await get(`${DEVICES}/${id}`), 404, '100403'));
      expectError(await get(`${REGISTER}/${id}`), 404, '100403');
      expectError(await remove(id), 404, '100403');
      expect(await running.store.registry.deviceSecret(id)).toBeUndefined();
      expect((await register({ nodeId })).status).toBe(200);
    });

    it('that is followed by a sign of life in time stays', async () => {
      const [id, other] = [await registered({ timeout: 4 }), await registered({ timeout: 4 })];
      await appears(id);
      await eventually(async () => expectError(await get(`${DEVICES}/${other}`), 404, '100403'));
      expect((await get(`${REGISTER}/${id}`)).body).toMatchObject({ activated: true });
    });

    it.each<[string, object, [number, string]]>([
      ['no nodeId', { nodeId: undefined }, [400, '100007']],
      ['a nodeId of null', { nodeId: null }, [400, '100007']],
      ['an empty nodeId', { nodeId: '' }, [400, '50400']],
      ['a nodeId of 257 characters', { nodeId: 'x'.repeat(257) }, [400, '50400']],
      ['a nodeId that no topic can hold', { nodeId: 'a/b' }, [400, '50400']],
      ['a verification code of 257 characters', { verifyCode: 'x'.repeat(257) }, [400, '100003']],
      ['an empty verification code', { verifyCode: '' }, [400, '100003']],
      ['a psk of 7 digits', { psk: '0'.repeat(7) }, [400, '50400']],
      ['a psk of 33 digits', { psk: '0'.repeat(33) }, [400, '50400']],
      ['a psk that is not hex', { psk: 'xyzxyzxyz' }, [400, '50400']],
      ['a timeout below 0', { timeout: -1 }, [400, '50400']],
      ['a timeout over 31 bits', { timeout: 2_147_483_648 }, [400, '50400']],
      ['an imsi of 65 characters', { imsi: '1'.repeat(65) }, [400, '50400']],
      ['isSecure as a number', { isSecure: 1 }, [400, '50400']],
      ['a product that nobody has', { productId: 'nothing' }, [403, '600002']],
      ['another application’s product', { productId: 'foreign' }, [403, '600002']],
    ])('is refused with %s', async (_, over, [status, code]) => expectError(await register(over), status, code));

    it.each([{ nodeId: 'x'.repeat(256) }, { psk: '0'.repeat(8) }, { psk: 'f'.repeat(32) }, { timeout: 2_147_483_647 }])(
      'is taken with %j',
      async (over) => expect((await register(over)).status).toBe(200),
    );

    it('is refused without a body, with a list, and without app_key', async () => {
      expectError(await client.call('POST', REGISTER, []), 400, '100007');
      const keyless = new HuaweiClient(running.url, {});
      expectError(await keyless.call('POST', REGISTER, { nodeId: 'n' }), 401, '100025');
      const wrong = new HuaweiClient(running.url, { app_key: APPLICATION, authorization: 'Bearer x' });
      expectError(await wrong.call('POST', REGISTER, { nodeId: 'n' }), 403, '1010005');
    });

    it('for another application is 100217 without its grant and 100203 when there is none, with 403', async () => {
      const at = (appId: string) => client.call('POST', `${REGISTER}?appId=${appId}`, { nodeId: freshNode() });
      expectError(await at(FOREIGN_APPLICATION), 403, '100217');
      expectError(await at('nobody'), 403, '100203');
      expect((await at(APPLICATION)).status).toBe(200);
      expect((await at('')).status).toBe(200);
    });
  });

  describe('for an application that has authorised the caller', () => {
    const OWNER = 'app-3';
    const at = `?appId=${OWNER}`;
    beforeAll(() =>
      running.ports.registry.apply({
        applications: [
          { id: OWNER, name: '', credentials: {} },
          { id: APPLICATION, name: 'one', credentials: {}, authorisedBy: [OWNER] },
        ],
        products: [],
        devices: [],
      }),
    );

    it('all device calls act on that one’s devices, and only when its id is given', async () => {
      const { body } = await client.call('POST', REGISTER + at, { nodeId: freshNode() });
      const id = body['deviceId'] as string;
      expect((await running.store.registry.devices([id])).get(id)?.applicationId).toBe(OWNER);
      expectError(await get(`${DEVICES}/${id}`), 404, '100403');
      expect((await get(`${DEVICES}/${id}${at}`)).status).toBe(200);
      expect((await get(`${REGISTER}/${id}${at}`)).status).toBe(200);
      expect(idsOf(await get(`${DEVICES}${at}&pageNo=0`))).toEqual([id]);
      expect((await client.call('PUT', `${DEVICES}/${id}${at}`, { name: 'x' })).status).toBe(204);
      expect((await get(`${CAPABILITIES}${at}&deviceId=${id}`)).status).toBe(200);
      expect((await client.call('POST', PROFILES + at, profile)).status).toBe(201);
      expect((await remove(id, at)).status).toBe(204);
    });
  });

  describe('registration by password', () => {
    it('answers id and secret', async () => {
      const { status, body } = await client.call('POST', REGISTER_SECRET, bySecret.request);
      expect(status).toBe(200);
      expect(body).toEqual({ ...bySecret.response, deviceId: expect.stringMatching(UUID) });
      expect(await running.store.registry.deviceSecret(body['deviceId'] as string)).toBe(bySecret.response['secret']);
    });

    it('makes a secret of 20 hex digits', async () => {
      const { body } = await client.call('POST', REGISTER_SECRET, { deviceInfo: { nodeId: freshNode() } });
      expect(body).toMatchObject({ secret: expect.stringMatching(/^[0-9a-f]{20}$/) });
    });

    it.each<[object, string]>([
      [{}, '100007'],
      [{ deviceInfo: null }, '100007'],
      [{ deviceInfo: {} }, '100007'],
      [{ deviceInfo: { nodeId: 'n' }, secret: '0123' }, '50400'],
      [{ deviceInfo: { nodeId: 'n', name: 'x'.repeat(257) } }, '50400'],
    ])('is refused with %j', async (body, code) =>
      expectError(await client.call('POST', REGISTER_SECRET, body), 400, code),
    );
  });

  describe('activation', () => {
    it('is false until the device shows itself, and true from then on', async () => {
      const id = await registered();
      const golden = readGolden<{ response: JsonObject }>('activation');
      const state = async () => (await get(`${REGISTER}/${id}`)).body;
      expect(await state()).toEqual({ ...golden.response, deviceId: id });
      await appears(id);
      expect(await state()).toMatchObject({ activated: true });
      await running.handle({ kind: 'device-unreachable', deviceId: id });
      expect(await state()).toMatchObject({ activated: true });
    });

    it.each([UNKNOWN, FOREIGN_DEVICE, 'x'.repeat(64)])('of %s is 100403', async (id) =>
      expectError(await get(`${REGISTER}/${id}`), 404, '100403'),
    );
  });

  describe('refreshing the key', () => {
    it('gives the device another node under the same id', async () => {
      const id = await registered();
      const { request, response } = readGolden<Exchange>('refresh-key');
      expect(await client.call('PUT', `${REGISTER}/${id}`, request)).toMatchObject({ status: 200, body: response });
      expect((await shown(id)).deviceInfo).toMatchObject({ nodeId: request['nodeId'] });
      const again = await client.call('PUT', `${REGISTER}/${id}`, { verifyCode: null });
      expect(again.body).toEqual({ verifyCode: expect.stringMatching(/^[0-9a-f]{16}$/), timeout: 0 });
      expect((await shown(id)).deviceInfo).toMatchObject({ nodeId: request['nodeId'] });
    });

    it('is 100426 for a node that another device has, 100611 while the device is online, 100403 for a stranger', async () => {
      const [nodeId, id] = [freshNode(), await registered()];
      await registered({ nodeId });
      const refresh = (body: object, of = id) => client.call('PUT', `${REGISTER}/${of}`, body);
      expectError(await refresh({ nodeId }), 400, '100426');
      expectError(await refresh({ nodeId: 'x' }, FOREIGN_DEVICE), 404, '100403');
      await appears(id);
      expectError(await refresh({ nodeId: freshNode() }), 400, '100611');
    });
  });

  describe('query of one', () => {
    it('has the members of the vendor’s tables', async () => {
      const nodeId = freshNode();
      const id = await registered({ nodeId });
      const { response } = readGolden<{ response: { deviceInfo: JsonObject } & JsonObject }>('query-device');
      expect(await shown(id)).toEqual({
        ...response,
        deviceId: id,
        gatewayId: id,
        createTime: expect.stringMatching(/^\d{8}T\d{6}Z$/),
        lastModifiedTime: expect.stringMatching(/^\d{8}T\d{6}Z$/),
        deviceInfo: { ...response.deviceInfo, nodeId },
      });
    });

    it('says INACTIVE, ONLINE and OFFLINE, and the imsi to who asks for it', async () => {
      const id = await registered({ imsi: '46011' });
      expect((await shown(id)).deviceInfo).toMatchObject({ status: 'INACTIVE', statusDetail: 'NOT_ACTIVE' });
      await appears(id);
      expect((await shown(id)).deviceInfo).toMatchObject({ status: 'ONLINE', statusDetail: 'NONE' });
      await running.handle({ kind: 'device-unreachable', deviceId: id });
      expect((await shown(id)).deviceInfo).toMatchObject({ status: 'OFFLINE' });
      expect(await shown(id)).not.toHaveProperty('imsi');
      expect(await shown(`${id}?&select=imsi`)).toMatchObject({ imsi: '46011' });
    });

    it('never has the text error_code in a success, by which the Java SDK knows errors', async () => {
      const id = await registered({ deviceInfo: { name: 'error_code', description: '"error_code"' } });
      for (const path of [`${DEVICES}/${id}`, `${DEVICES}?gatewayId=${id}`, `${REGISTER}/${id}`]) {
        const { status, text } = await get(path);
        expect(status).toBe(200);
        expect(text).not.toContain('error_code');
      }
      expect((await shown(id)).deviceInfo).toMatchObject({ name: 'error_code', description: '"error_code"' });
    });

    it('is 100403 for a stranger’s and 100405 for another select', async () => {
      expectError(await get(`${DEVICES}/${FOREIGN_DEVICE}`), 404, '100403');
      expectError(await get(`${DEVICES}/${UNKNOWN}`), 404, '100403');
      expectError(await get(`${DEVICES}/${OWN_DEVICE}?select=secret`), 400, '100405');
    });
  });

  describe('modification', () => {
    it('takes what the official Python SDK sends, answers 204 without a body, and keeps what is left out', async () => {
      const id = await registered({ endUserId: 'user', deviceInfo: { mac: '00:11' } });
      const { status, text } = await put(id, modify.request);
      expect([status, text]).toEqual([204, '']);
      const expected = { name: 'Lamp at the gate', model: 'L1', location: 'Gate', mac: '00:11', isSecurity: 'TRUE' };
      expect((await shown(id)).deviceInfo).toMatchObject(expected);
      expect((await put(id, {})).status).toBe(204);
      expect((await shown(id)).deviceInfo).toMatchObject(expected);
    });

    it('with a psk changes what the device logs in with', async () => {
      const id = await registered();
      await put(id, { psk: 'aabbccdd00' });
      expect(await running.store.registry.deviceSecret(id)).toBe('aabbccdd00');
    });

    it.each<[object, [number, string]]>([
      [{ isSecure: 'perhaps' }, [400, '100440']],
      [{ name: 'x'.repeat(257) }, [400, '100022']],
      [{ name: '' }, [400, '100022']],
      [{ location: 'x'.repeat(1025) }, [400, '100022']],
      [{ deviceConfig: 'x' }, [400, '100022']],
      [{ psk: 'short' }, [400, '100022']],
      [{ productId: 'foreign' }, [403, '600002']],
    ])('is refused with %j and changes nothing', async (body, [status, code]) => {
      const before = await shown(OWN_DEVICE);
      expectError(await put(OWN_DEVICE, body), status, code);
      expect(await shown(OWN_DEVICE)).toEqual(before);
    });

    it('is 100426 when the device would move to a product that has one of its node', async () => {
      const nodeId = freshNode();
      await running.ports.registry.apply({
        applications: [],
        products: [],
        devices: [
          { id: nodeId, applicationId: APPLICATION, productKey: 'lamp', name: '', activated: true, key: 'taken' },
        ],
      });
      const id = await registered();
      await running.ports.registry.apply({
        applications: [],
        products: [],
        devices: [{ id, applicationId: APPLICATION, productKey: 'lamp-2', name: '', activated: true, key: 'taken' }],
      });
      expectError(await put(id, { productId: 'lamp' }), 400, '100426');
    });

    it('is 100403 for a stranger’s', async () => {
      expectError(await put(FOREIGN_DEVICE, modify.request), 404, '100403');
      expectError(await put(OWN_DEVICE, modify.request, foreigner), 404, '100403');
    });
  });

  describe('query of many', () => {
    const ids: string[] = [];
    beforeAll(async () => {
      for (const name of ['list-a', 'list-b', 'list-c']) {
        ids.push(await registered({ deviceInfo: { name, deviceType: 'Listed', location: name } }));
      }
    });
    const list = (query: string, by = client) => get(`${DEVICES}${query}`, by);

    it('is written as the official Python SDK asks for it, newest first, page by page', async () => {
      const golden = readGolden<{ path: string; response: JsonObject }>('query-devices');
      const first = await get(golden.path);
      expect(Object.keys(first.body)).toEqual(Object.keys(golden.response));
      expect(first.body).toMatchObject({ pageNo: 0, pageSize: 2 });
      expect(idsOf(first)).toEqual([ids[2], ids[1]]);
      const second = await list('?pageNo=1&pageSize=2');
      expect(idsOf(second)[0]).toBe(ids[0]);
      expect(second.body['totalCount']).toBe(first.body['totalCount']);
      expect((await list('?pageNo=0')).body).toMatchObject({ pageSize: 25 });
    });

    it('filters by gateway, type, name, place, status, registration time and order', async () => {
      expect(idsOf(await list(`?gatewayId=${ids[0]!}`))).toEqual([ids[0]]);
      expect(idsOf(await list('?pageNo=0&deviceType=Listed&sort=ASC'))).toEqual(ids);
      expect(idsOf(await list('?pageNo=0&name=list-b'))).toEqual([ids[1]]);
      expect(idsOf(await list('?pageNo=0&location=list-c'))).toEqual([ids[2]]);
      expect(idsOf(await list('?pageNo=0&nodeType=ENDPOINT'))).toEqual([]);
      expect(idsOf(await list('?pageNo=0&nodeType=GATEWAY&deviceType=Listed'))).toHaveLength(3);
      await appears(ids[1]!);
      expect(idsOf(await list('?pageNo=0&deviceType=Listed&status=ONLINE'))).toEqual([ids[1]]);
      expect(idsOf(await list('?pageNo=0&deviceType=Listed&status=INACTIVE&sort=ASC'))).toEqual([ids[0], ids[2]]);
      expect(idsOf(await list('?pageNo=0&deviceType=Listed&endTime=20170222T164000Z'))).toEqual([]);
      expect(idsOf(await list('?pageNo=0&deviceType=Listed&startTime=20170222T164000Z'))).toHaveLength(3);
    });

    it('never shows another application’s', async () => {
      const seen = idsOf(await list('?pageNo=0&pageSize=250', foreigner));
      expect(seen).toContain(FOREIGN_DEVICE);
      expect(seen.some((id) => ids.includes(id))).toBe(false);
      expect(idsOf(await list(`?gatewayId=${ids[0]!}`, foreigner))).toEqual([]);
      expectError(await list(`?pageNo=0&appId=${FOREIGN_APPLICATION}`), 403, '100217');
    });

    it.each<[string, string]>([
      ['', '100218'],
      ['?pageSize=10', '100218'],
      ['?pageNo=', '100218'],
      ['?pageNo=-1', '100405'],
      ['?pageNo=x', '100405'],
      ['?pageNo=0&pageSize=0', '100405'],
      ['?pageNo=0&pageSize=251', '100405'],
      ['?pageNo=0&status=SLEEPY', '100405'],
      ['?pageNo=0&nodeType=LEAF', '100405'],
      ['?pageNo=0&sort=UP', '100405'],
      ['?pageNo=0&startTime=yesterday', '100405'],
      ['?pageNo=0&startTime=20170222T164001Z&endTime=20170222T164000Z', '100405'],
      ['?pageNo=0&pageNo=1', '100405'],
    ])('is refused with "%s"', async (query, code) => expectError(await list(query), 400, code));

    it.each(['?pageNo=0&pageSize=1', '?pageNo=2147483647&pageSize=250'])('is taken with "%s"', async (query) =>
      expect((await list(query)).status).toBe(200),
    );
  });

  describe('deletion', () => {
    it('withdraws what is queued and forgets the device, its history stays', async () => {
      const id = await registered();
      const create = () => client.create({ deviceId: id });
      await create();
      const queued = await create();
      expect(queued.body).toMatchObject({ status: 'PENDING' });
      const { status, text } = await remove(id, readGolden<{ query: string }>('delete-device').query);
      expect([status, text]).toEqual([204, '']);
      expectError(await get(`${DEVICES}/${id}`), 404, '100403');
      expectError(await create(), 200, '100418');
      expectError(await remove(id), 404, '100403');
      const { heads } = await running.store.commandReader.search({
        applicationId: APPLICATION,
        deviceId: id,
        offset: 0,
        limit: 10,
      });
      expect(heads.map(({ state }) => state.status)).toEqual(['canceled', 'sending']);
    });

    it('is 100403 for a stranger’s, which stays', async () => {
      expectError(await remove(FOREIGN_DEVICE), 404, '100403');
      expect((await get(`${DEVICES}/${FOREIGN_DEVICE}`, foreigner)).status).toBe(200);
      expectError(await remove(OWN_DEVICE, '?cascade=perhaps'), 400, '100405');
    });
  });

  describe('profiles', () => {
    const upload = (document: object = profile, by = client) => by.call('POST', PROFILES, document);
    const keys = { manufacturerId: 'Lumen', deviceType: 'StreetLamp', model: 'L1', protocolType: 'MQTT' };

    it('make a product, once, and devices that name the profile belong to it', async () => {
      const { status, body } = await upload();
      expect(status).toBe(201);
      expect(body).toEqual({ productId: expect.any(String), ...keys, manufacturerName: 'Lumen Lamps' });
      expect((await upload()).body).toEqual(body);
      const productId = body['productId'] as string;
      expect((await running.store.registry.product(productId))?.modelVersion).toBe(1);
      expect(await productOf(await registered({ deviceInfo: keys }))).toBe(productId);
      expect(await productOf(await registered({ productId }))).toBe(productId);
      const later = await registered();
      expect(await productOf(later)).not.toBe(productId);
      await put(later, keys);
      expect(await productOf(later)).toBe(productId);
      await put(later, { model: 'L2' });
      expect(await productOf(later)).not.toBe(productId);
    });

    it('with other contents are the next version', async () => {
      const productId = (await upload()).body['productId'] as string;
      const [first, ...others] = profile.servicetype;
      await upload({ ...profile, servicetype: [first!, ...others, { services: [] }] });
      expect((await running.store.registry.product(productId))?.modelVersion).toBe(1);
      const fewer = profile.devicetype.devices.map((device) => ({ ...device, serviceTypeCapabilities: [] }));
      await upload({ ...profile, devicetype: fewer });
      expect((await running.store.registry.product(productId))?.modelVersion).toBe(2);
      await upload();
      expect((await running.store.registry.product(productId))?.modelVersion).toBe(3);
    });

    it('decide what a command may be', async () => {
      await upload();
      const deviceId = await registered({ deviceInfo: keys });
      const command = (paras: object) => ({ deviceId, command: { serviceId: 'Brightness', method: 'SET', paras } });
      expect((await client.create(command({ level: 100, mode: 'soft' }))).status).toBe(201);
      expectError(await client.create(command({ level: 101 })), 400, '100022');
      expectError(await client.create(command({ level: 1, mode: 'loud' })), 400, '100022');
    });

    it('are told again as the device’s capabilities', async () => {
      await upload();
      const deviceId = await registered({ deviceInfo: keys });
      const golden = readGolden<{ response: object }>('device-capabilities').response;
      const expected: unknown = JSON.parse(JSON.stringify(golden).replace('$DEVICE', deviceId));
      expect((await get(`${CAPABILITIES}?&deviceId=${deviceId}`)).body).toEqual(expected);
      expect((await get(`${CAPABILITIES}?gatewayId=${deviceId}`)).body).toEqual(expected);
    });

    it('that came in another form are told in the vendor’s words, and a device without one can do nothing in particular', async () => {
      const capabilities = async (id: string) =>
        ((await get(`${CAPABILITIES}?deviceId=${id}`)).body['deviceCapabilities'] as JsonObject[])[0];
      expect(await capabilities(MODELLED_DEVICE)).toMatchObject({
        serviceCapabilities: [
          {
            serviceId: 'Brightness',
            commands: [
              { commandName: 'SET', paras: [] },
              { commandName: 'DIM', paras: [{ min: '0', max: '100' }] },
            ],
          },
        ],
      });
      expect(await capabilities(OWN_DEVICE)).toEqual({ deviceId: OWN_DEVICE, serviceCapabilities: [] });
    });

    it('and capabilities of others are not told', async () => {
      expectError(await get(`${CAPABILITIES}?deviceId=${FOREIGN_DEVICE}`), 404, '100403');
      const { body } = await get(CAPABILITIES, foreigner);
      const seen = (body['deviceCapabilities'] as { deviceId: string }[]).map(({ deviceId }) => deviceId);
      expect(seen).toContain(FOREIGN_DEVICE);
      expect(seen).not.toContain(OWN_DEVICE);
    });

    it('of two applications are two products', async () => {
      const theirs = (await upload(profile, foreigner)).body['productId'];
      expect(theirs).not.toBe((await upload()).body['productId']);
      expectError(await register({ productId: theirs }), 403, '600002');
    });

    it('may have up to 1 MiB', async () => {
      const [service] = profile.servicetype;
      const long = {
        ...profile,
        servicetype: [{ ...service, comment: 'x'.repeat(900_000) }, ...profile.servicetype.slice(1)],
      };
      expect((await upload(long)).status).toBe(201);
      expectError(await upload({ ...long, servicetype: [...long.servicetype, 'x'.repeat(200_000)] }), 413, '100022');
    });

    it.each<[string, object]>([
      ['nothing', {}],
      ['a list', []],
      ['no service types', { devicetype: profile.devicetype }],
      [
        'a parameter of no known type',
        { devicetype: profile.devicetype, servicetype: [{ serviceType: 'x', commands: 1 }] },
      ],
    ])('are refused with 100022 with %s', async (_, document) => expectError(await upload(document), 400, '100022'));
  });
});
