import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isSecretOf } from '@downlink/command-engine/contracts';
import { startNorthbound, type RunningNorthbound } from '@downlink/northbound-kit/contracts';
import { nativeFace } from './face.js';
import { NativeModule } from './native.module.js';
import { ADMIN_KEY, APPLICATION_KEY, NativeClient, PROVISION } from './spec-support/native-client.js';
import { expectProblem } from './spec-support/native-world.js';

describe('set-up', () => {
  let running: RunningNorthbound;
  let admin: NativeClient;

  beforeAll(async () => {
    running = await startNorthbound([nativeFace], (ports) => NativeModule.forRoot(ports, { adminKey: ADMIN_KEY }));
    admin = new NativeClient(running, ADMIN_KEY);
    expect((await admin.post('/v1/provision', PROVISION)).body).toEqual({
      declared: { applications: 2, products: 3, devices: 3 },
      made: {
        applications: [],
        products: ['lamp', 'modelled', 'foreign'].map((key) => ({ key, secret: expect.any(String) })),
        devices: [],
      },
    });
  });
  afterAll(() => running.stop());

  it('makes the key of a new application, shows it once, and it works', async () => {
    const { status, body } = await admin.post('/v1/applications', { id: 'new-1', huawei: { secret: 'given' } });
    expect(status).toBe(201);
    const { key } = body['native'] as { key: string };
    expect(body).not.toHaveProperty('huawei');
    expect((await new NativeClient(running, key).get('/v1/commands')).status).toBe(200);
    expect((await admin.get('/v1/applications/new-1')).text).not.toContain(key);
    expect((await admin.get('/v1/applications')).text).not.toContain(key);
  });

  it('changes an application by PUT, any number of times, and keeps the key that is left out', async () => {
    const { body } = await admin.put('/v1/applications/new-2', { name: 'a' });
    const { key } = body['native'] as { key: string };
    const again = await admin.put('/v1/applications/new-2', { name: 'b' });
    expect(again.body).toEqual({ ...body, name: 'b', native: undefined });
    expect((await new NativeClient(running, key).get('/v1/commands')).status).toBe(200);
  });

  it('ends an old key at once when PUT gives a new one', async () => {
    await admin.put('/v1/applications/new-3', { native: { key: 'old-key-of-new-3' } });
    const old = new NativeClient(running, 'old-key-of-new-3');
    expect((await old.get('/v1/commands')).status).toBe(200);
    await admin.put('/v1/applications/new-3', { native: { key: 'new-key-of-new-3' } });
    expect((await old.get('/v1/commands')).status).toBe(401);
  });

  it('makes the secret of a new device, shows it once, and does not change it by a second PUT', async () => {
    const body = { application: 'app-1', product: 'lamp', name: 'lamp in the hall' };
    const first = await admin.put('/v1/devices/hall', body);
    expect(first.body).toMatchObject({ id: 'hall', wireFormat: 'native', secret: expect.any(String), activated: true });
    const second = await admin.put('/v1/devices/hall', body);
    expect(second.body).not.toHaveProperty('secret');
    expect(await isSecretOf(running.ports.registry, 'hall', first.body['secret'] as string)).toBe(true);
  });

  it('POST creates once and says conflict then', async () => {
    const device = { id: 'once', application: 'app-1', product: 'lamp' };
    expect((await admin.post('/v1/devices', device)).status).toBe(201);
    expectProblem(await admin.post('/v1/devices', device), 409, 'conflict');
    const product = { key: 'once', application: 'app-1', wireFormat: 'native' };
    expect((await admin.post('/v1/products', product)).status).toBe(201);
    expectProblem(await admin.post('/v1/products', product), 409, 'conflict');
    expectProblem(await admin.post('/v1/applications', { id: 'app-1' }), 409, 'conflict');
  });

  it('shows a device’s new wire format to the next command at once', async () => {
    await admin.put('/v1/products/turncoat', { application: 'app-1', wireFormat: 'native' });
    await admin.put('/v1/devices/turncoat', { application: 'app-1', product: 'turncoat' });
    const client = new NativeClient(running, APPLICATION_KEY);
    const wireFormatOf = async () => {
      await client.submit({ deviceId: 'turncoat' });
      return running.facts.at(-1)?.request.wireFormat;
    };
    expect(await wireFormatOf()).toBe('native');
    await admin.put('/v1/products/turncoat', { application: 'app-1', wireFormat: 'huawei' });
    expect(await wireFormatOf()).toBe('huawei');
  });

  it('is for the admin key only; an application reads what is its own', async () => {
    const client = new NativeClient(running, APPLICATION_KEY);
    for (const [method, path] of [
      ['POST', '/v1/provision'],
      ['POST', '/v1/devices'],
      ['PUT', '/v1/products/x'],
      ['GET', '/v1/applications'],
    ] as const) {
      expectProblem(await client.call(method, path, method === 'GET' ? undefined : {}), 403, 'forbidden');
    }
    const { body } = await client.get('/v1/devices');
    expect(new Set((body['items'] as { application: string }[]).map(({ application }) => application))).toEqual(
      new Set(['app-1']),
    );
    expectProblem(await client.get('/v1/products/foreign'), 404, 'not-found');
    expect((await client.get('/v1/products/lamp')).status).toBe(200);
  });

  it('is paged by the last id seen', async () => {
    const ids = async (query: string) =>
      ((await admin.get(`/v1/applications?${query}`)).body['items'] as { id: string }[]).map(({ id }) => id);
    expect(await ids('limit=1')).toEqual(['app-1']);
    expect(await ids('limit=1&after=app-1')).toEqual(['app-2']);
  });

  it.each<[string, object, string]>([
    ['an unknown section', { things: [] }, 'things'],
    [
      'an unknown member',
      { devices: [{ id: 'a', application: 'app-1', product: 'lamp', colour: 1 }] },
      'devices[0].colour',
    ],
    ['a wrong type', { applications: [{ id: 7 }] }, 'applications[0].id'],
    ['a missing member', { products: [{ key: 'a', wireFormat: 'native' }] }, 'products[0].application'],
    [
      'an unknown wire format',
      { products: [{ key: 'a', application: 'app-1', wireFormat: 'morse' }] },
      'products[0].wireFormat',
    ],
    [
      'a vendor’s model',
      { products: [{ key: 'a', application: 'app-1', wireFormat: 'huawei', huaweiProfile: {} }] },
      'products[0].huaweiProfile',
    ],
    [
      'an id that MQTT cannot carry',
      { devices: [{ id: 'a/b', application: 'app-1', product: 'lamp' }] },
      'devices[0].id',
    ],
  ])('refuses a declaration with %s by its path, and applies nothing', async (_, wrong, path) => {
    const good = { applications: [{ id: 'never' }] };
    const answer = await admin.post('/v1/provision', { ...good, ...wrong });
    expectProblem(answer, 400, 'validation-failed');
    expect((answer.body['errors'] as { path: string }[]).map((error) => error.path)).toContain(path);
    expect((await admin.get('/v1/applications/never')).status).toBe(404);
  });

  it('refuses a declaration that stands against what is there, names the place, and applies nothing', async () => {
    const declaration = {
      applications: [{ id: 'never' }],
      devices: [{ id: 'device-of-app-2', application: 'app-1', product: 'lamp' }],
    };
    const answer = await admin.post('/v1/provision', declaration);
    expectProblem(answer, 409, 'conflict');
    expect(answer.body['detail']).toMatch(/^devices\[0\]/);
    expect((await admin.get('/v1/applications/never')).status).toBe(404);
  });

  it('refuses a body whose id differs from its path', async () => {
    const body = { id: 'b', application: 'app-1', product: 'lamp' };
    expectProblem(await admin.put('/v1/devices/a', body), 400, 'validation-failed');
  });
});
