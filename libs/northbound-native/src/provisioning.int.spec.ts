import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isSecretOf } from '@downlink/command-engine/contracts';
import type { ModelImporters } from '@downlink/northbound-kit';
import { exchange, startNorthbound, type RunningNorthbound } from '@downlink/northbound-kit/contracts';
import { nativeFace } from './face.js';
import { NativeModule } from './native.module.js';
import { ADMIN_KEY, APPLICATION_KEY, FOREIGN_KEY, NativeClient, PROVISION } from './spec-support/native-client.js';
import { expectProblem, idOf } from './spec-support/native-world.js';

/** A vendor's format of which the specs need to know only whether it can be read. */
const modelImporters: ModelImporters = {
  enos: (document) =>
    Array.isArray(document)
      ? { ok: true, model: { services: document.map((id) => ({ id: String(id), methods: [{ name: 'invoke' }] })) } }
      : { ok: false, path: 'data.services', problem: 'expected a list' },
};

describe('provisioning', () => {
  let running: RunningNorthbound;
  let admin: NativeClient;
  let client: NativeClient;

  beforeAll(async () => {
    running = await startNorthbound([nativeFace], (ports) =>
      NativeModule.forRoot({ ...ports, modelImporters }, { adminKey: ADMIN_KEY }),
    );
    admin = new NativeClient(running, ADMIN_KEY);
    client = new NativeClient(running, APPLICATION_KEY);
    expect((await admin.post('/v1/provision', PROVISION)).status).toBe(200);
  });
  afterAll(() => running.stop());

  const provision = async (body: string, headers: Record<string, string> = {}) => {
    const authorization = `Bearer ${ADMIN_KEY}`;
    const request = { authorization, 'content-type': 'application/yaml', ...headers };
    const answer = await exchange(running.url, { method: 'POST', path: '/v1/provision', headers: request, body });
    return { status: answer.status, body: JSON.parse(answer.body) as Record<string, unknown> };
  };

  describe('as YAML', () => {
    it('is the same as JSON', async () => {
      const { status, body } = await provision(
        'devices:\n  - { id: yaml-1, application: app-1, product: lamp, secret: given, key: k-1, assetId: s-1 }\n',
      );
      expect([status, body]).toEqual([
        200,
        {
          declared: { applications: 0, products: 0, devices: 1 },
          made: { applications: [], products: [], devices: [] },
        },
      ]);
      expect((await client.get('/v1/devices/yaml-1')).body).toMatchObject({ key: 'k-1', assetId: 's-1' });
    });

    it.each<[string, string, number, string]>([
      ['nothing', '', 400, 'validation-failed'],
      ['a key that stands twice', 'devices: []\ndevices: []\n', 400, 'malformed'],
      ['nesting without end', '['.repeat(60_000), 400, 'malformed'],
      ['an unknown member', 'devices: [{ id: a, colour: red }]', 400, 'validation-failed'],
      ['more than it may have', `# ${'x'.repeat(600_000)}`, 413, 'too-large'],
    ])('with %s is refused', async (_, text, status, code) => {
      expect(await provision(text)).toMatchObject({ status, body: { code } });
    });

    it('is not even read before the caller is known, nor taken by any other call', async () => {
      const stranger = await provision('[', { authorization: 'Bearer nobody' });
      expect(stranger).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
      const headers = { 'content-type': 'application/yaml' };
      expectProblem(await admin.call('POST', '/v1/devices', {}, headers), 415, 'unsupported-media-type');
    });
  });

  describe('of what is left out', () => {
    it('makes ids and secrets, shows them once, and they work', async () => {
      const { body } = await admin.post('/v1/provision', {
        applications: [
          { enos: { orgId: 'o' }, quectel: {} },
          { id: 'app-1', huawei: {} },
        ],
        devices: [{ application: 'app-1', product: 'lamp' }],
      });
      const { applications, devices } = body['made'] as Record<string, Record<string, Record<string, string>>[]>;
      const [made, known] = applications!;
      expect(made).toMatchObject({
        at: 'applications[0]',
        id: expect.any(String),
        native: { key: expect.any(String) },
      });
      expect(known).toEqual({ id: 'app-1', huawei: { secret: expect.any(String) } });
      const { registry } = running.ports;
      const own = new NativeClient(running, made!['native']!['key']!);
      expect((await own.get('/v1/commands')).status).toBe(200);
      expect(await registry.signingKey('enos', made!['enos']!['appKey']!)).toMatchObject({
        application: { orgId: 'o' },
        secret: made!['enos']!['appSecret'],
      });
      expect(await registry.signingKey('quectel', made!['quectel']!['accessKey']!)).toMatchObject({
        secret: made!['quectel']!['accessSecret'],
      });
      const login = { dialect: 'huawei', appId: 'app-1', secret: known!['huawei']!['secret']! } as const;
      expect(await registry.authenticate(login)).toMatchObject({ id: 'app-1' });
      const device = devices![0] as unknown as Record<string, string>;
      expect(await isSecretOf(registry, device['id']!, device['secret']!)).toBe(true);
      expect(await isSecretOf(registry, device['id']!, 'another')).toBe(false);
      expect((await client.submit({ deviceId: device['id'] })).status).toBe(201);
      const again = await admin.post('/v1/provision', { applications: [{ id: 'app-1', huawei: {} }] });
      expect(again.body['made']).toEqual({ applications: [], products: [], devices: [] });
    });

    it('works out a device’s id from its key, the same each time', async () => {
      const device = { application: 'app-1', product: 'lamp', key: 'k-2' };
      const first = await admin.post('/v1/devices', device);
      expect(first).toMatchObject({ status: 201, body: { key: 'k-2', secret: expect.any(String) } });
      expectProblem(await admin.post('/v1/devices', device), 409, 'conflict');
      await admin.post('/v1/provision', { devices: [{ ...device, name: 'renamed' }] });
      const found = await client.get(`/v1/devices/${String(first.body['id'])}`);
      expect(found.body).toMatchObject({ name: 'renamed', key: 'k-2' });
    });

    it('keeps rights, quotas and names that an update leaves out', async () => {
      await admin.put('/v1/applications/rights', {
        authorisedBy: ['app-1'],
        quotas: { callsPerMinute: 7 },
        methods: { allow: ['lamp.*'] },
      });
      const { body } = await admin.put('/v1/applications/rights', { name: 'renamed' });
      expect(body).toMatchObject({
        name: 'renamed',
        authorisedBy: ['app-1'],
        quotas: { callsPerMinute: 7 },
        methods: { allow: ['lamp.*'], deny: [] },
      });
    });
  });

  describe('of a device that is removed', () => {
    it('leaves its history, cancels what is queued, and is unknown from then on', async () => {
      await admin.put('/v1/devices/gone', { application: 'app-1', product: 'lamp', key: 'k-3' });
      const [sent, queued] = [await client.submit({ deviceId: 'gone' }), await client.submit({ deviceId: 'gone' })];
      expect((await admin.call('DELETE', '/v1/devices/gone')).status).toBe(204);
      expect((await client.get(`/v1/commands/${idOf(sent)}`)).body).toMatchObject({ status: 'sending' });
      expect((await client.get(`/v1/commands/${idOf(queued)}`)).body).toMatchObject({ status: 'canceled' });
      expectProblem(await client.submit({ deviceId: 'gone' }), 404, 'unknown-device');
      expectProblem(await client.get('/v1/devices/gone'), 404, 'unknown-device');
      expectProblem(await admin.call('DELETE', '/v1/devices/gone'), 404, 'unknown-device');
    });

    it('is removed by the administrator only', async () => {
      expectProblem(await client.call('DELETE', '/v1/devices/device-1'), 403, 'forbidden');
    });
  });

  describe('of models', () => {
    const product = { application: 'app-1', wireFormat: 'native' };
    const modelOf = (...methods: string[]) => ({ services: [{ id: 's', methods: methods.map((name) => ({ name })) }] });
    const declare = (model: object, key = 'versioned') => admin.put(`/v1/products/${key}`, { ...product, ...model });

    it('counts versions, and commands say which one they were checked against', async () => {
      await declare({ model: modelOf('one') });
      await admin.put('/v1/devices/versioned', { application: 'app-1', product: 'versioned' });
      const submit = async (method: string) => {
        const { body } = await client.submit({ deviceId: 'versioned', service: 's', method });
        return (await client.get(`/v1/commands/${idOf({ body })}`)).body['modelVersion'];
      };
      expect(await submit('one')).toBe(1);
      expect((await declare({ model: modelOf('one') })).body).toMatchObject({ modelVersion: 1 });
      expect((await declare({ model: modelOf('two') })).body).toMatchObject({ modelVersion: 2 });
      expect(await submit('two')).toBe(2);
      expect((await declare({})).body).toMatchObject({ model: null, modelVersion: 0 });
      expect(await submit('anything')).toBeNull();
    });

    it('shows each version to its owner and the administrator, and to nobody else', async () => {
      await declare({ model: modelOf('one') }, 'shown');
      await declare({ model: modelOf('two') }, 'shown');
      const read = (version: string, as = client) => as.get(`/v1/products/shown/models/${version}`);
      expect((await read('1')).body).toEqual({ product: 'shown', version: 1, model: modelOf('one') });
      expect((await read('2', admin)).body).toMatchObject({ model: modelOf('two') });
      expectProblem(await read('1', new NativeClient(running, FOREIGN_KEY)), 404, 'not-found');
      for (const none of ['0', '3', '-1', '1.0', 'x', '99999999999']) expectProblem(await read(none), 404, 'not-found');
    });

    it('reads a vendor’s own format, and says from which one a model comes', async () => {
      const { body } = await declare({ enosThingModel: ['reboot', 'reset'] }, 'imported');
      expect(body).toMatchObject({
        modelVersion: 1,
        modelSource: 'enos',
        model: { services: [{ id: 'reboot' }, { id: 'reset' }] },
      });
      expect((await declare({ enosThingModel: ['reboot', 'reset'] }, 'imported')).body).toMatchObject({
        modelVersion: 1,
      });
    });

    it('refuses what a vendor’s format cannot be read from by its path, with one model a product', async () => {
      const refused = await declare({ enosThingModel: {} }, 'refused');
      expectProblem(refused, 400, 'validation-failed', 'enosThingModel.data.services');
      expectProblem(
        await declare({ enosThingModel: [], model: modelOf() }, 'refused'),
        400,
        'validation-failed',
        'enosThingModel',
      );
      expectProblem(await declare({ quectelTsl: {} }, 'refused'), 400, 'validation-failed', 'quectelTsl');
      expect((await admin.get('/v1/products/refused')).status).toBe(404);
    });

    it('checks properties by their access and bytes by their form', async () => {
      const properties = [
        { name: 'level', type: 'integer', min: 0, max: 9, access: 'read-write' },
        { name: 'energy', type: 'decimal', access: 'read', number: 7, unit: 'kWh' },
      ];
      await declare({ model: { services: [], properties } }, 'meter');
      await admin.put('/v1/devices/meter', { application: 'app-1', product: 'meter' });
      const submit = (service: string, method: string, parameters: object) =>
        client.submit({ deviceId: 'meter', service, method, parameters });
      expect((await submit('properties', 'write', { level: 9 })).status).toBe(201);
      expect((await submit('properties', 'read', { names: ['energy'] })).status).toBe(201);
      expect((await submit('raw', 'send', { encoding: 'hex', data: '0a' })).status).toBe(201);
      const wrong = (answer: Awaited<ReturnType<typeof submit>>, path: string) =>
        expectProblem(answer, 400, 'validation-failed', path);
      wrong(await submit('properties', 'write', { energy: 1 }), 'parameters.energy');
      wrong(await submit('properties', 'read', { names: ['volume'] }), 'parameters.names[0]');
      wrong(await submit('raw', 'send', { encoding: 'hex', data: '0' }), 'parameters.data');
      wrong(await submit('properties', 'toggle', {}), 'method');
      wrong(await submit('heater', 'on', {}), 'service');
    });
  });
});
