import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DeadLetterIntake } from '@downlink/command-engine';
import { aDeadLetter } from '@downlink/command-engine/contracts';
import { exchange } from '@downlink/northbound-kit/contracts';
import { PROBLEMS } from './errors/problem.js';
import type { OpenApiDocument } from './openapi/build-document.js';
import { expectDocumented, seenAnswers, toldAnswers } from './spec-support/documented-answers.js';
import { APPLICATION_KEY } from './spec-support/native-client.js';
import { openStream } from './spec-support/open-stream.js';
import { idOf, startNative, type NativeWorld } from './spec-support/native-world.js';

describe('the OpenAPI document', () => {
  let world: NativeWorld;
  let document: OpenApiDocument;
  beforeAll(async () => {
    world = await startNative();
    const { body } = await exchange(world.running.url, { method: 'GET', path: '/v1/openapi.json', headers: {} });
    document = JSON.parse(body) as OpenApiDocument;
  });
  afterAll(() => world.running.stop());

  const operations = () =>
    Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ route: `${method} ${path}`, operation })),
    );

  it('is served to everybody, with an entity tag', async () => {
    const request = { method: 'GET', path: '/v1/openapi.json', headers: {} };
    const { status, contentType, headers } = await exchange(world.running.url, request);
    expect([status, contentType]).toEqual([200, 'application/json; charset=utf-8']);
    const held = await exchange(world.running.url, { ...request, headers: { 'if-none-match': headers['etag']! } });
    expect([held.status, held.body]).toEqual([304, '']);
    expect(document).toMatchObject({ openapi: '3.1.0', info: { title: 'Downlink' } });
  });

  it('has every route that is served, and none that is not', () => {
    expect(
      operations()
        .map(({ route }) => route)
        .toSorted(),
    ).toEqual(servedRoutes(world).toSorted());
  });

  it('refers only to components that are there, and has none that nothing refers to', () => {
    const names = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name);
    expect([...new Set(names)].toSorted()).toEqual(Object.keys(document.components.schemas).toSorted());
    expect(JSON.stringify(document)).not.toMatch(/"(\$defs|spelled|\$schema)"/);
  });

  it('names each operation once, and every parameter of its path', () => {
    const ids = operations().map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { route, operation } of operations()) {
      const named = operation.parameters
        .filter(({ in: place }) => place === 'path')
        .map(({ name }) => `{${String(name)}}`);
      expect(named).toEqual(route.match(/\{\w+\}/g) ?? []);
    }
  });

  it('tells every error as a problem, and every other answer with its schema', () => {
    for (const { route, operation } of operations()) {
      for (const [status, { content, description }] of Object.entries(operation.responses)) {
        const types = Object.keys(content ?? {});
        if (Number(status) >= 400)
          expect([route, status, types]).toEqual([route, status, ['application/problem+json']]);
        else if (!['204', '304'].includes(status)) expect([route, status, types.length]).toEqual([route, status, 1]);
        expect(description).not.toBe('');
      }
      expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(['400', '500', '503']));
    }
  });

  it('tells of every problem there is', () => {
    const codes = [...JSON.stringify(document.paths).matchAll(/"code":\{"enum":(\[[^\]]+\])/g)].flatMap(
      ([, list]) => JSON.parse(list!) as string[],
    );
    expect([...new Set(codes)].toSorted()).toEqual(Object.keys(PROBLEMS).toSorted());
  });

  it('wants a key wherever one is wanted', async () => {
    for (const { route, operation } of operations()) {
      const [method, path] = route.split(' ') as [string, string];
      const { status } = await exchange(world.running.url, {
        method: method.toUpperCase(),
        path: path.replace(/\{\w+\}/g, 'x'),
        headers: { 'content-type': 'application/json' },
        ...(method !== 'get' && { body: '{}' }),
      });
      expect([route, status]).toEqual([route, operation.security.length === 0 ? 200 : 401]);
    }
  });

  it('is what every route answers when all goes well', async () => {
    await callEverything(world);
    const good = toldAnswers().filter((name) => /^\w+ \S+ 2\d\d$/.test(name));
    expect(good.filter((name) => !seenAnswers().has(name))).toEqual([]);
  });

  it.each([
    ['a member too many', { body: { ...laneOf(), more: 1 } }],
    ['a member that is missing', { body: { ...laneOf(), queued: undefined } }],
    ['a member of another type', { body: { ...laneOf(), queued: '0' } }],
    ['a word that it does not know', { body: { ...laneOf(), situation: 'asleep' } }],
    ['a status that it does not know', { status: 418 }],
    ['another content type', { contentType: 'text/html' }],
  ])('does not fit an answer with %s', (_, wrong) => {
    const { body, ...head } = { status: 200, contentType: 'application/json', body: laneOf(), ...wrong };
    const check = () =>
      expectDocumented('GET', '/v1/devices/d/lane', { ...head, headers: {}, body: JSON.stringify(body) });
    expect(check).toThrow(/documented/);
  });

  it('fits one without', () => {
    const good = { status: 200, contentType: 'application/json', headers: {}, body: JSON.stringify(laneOf()) };
    expect(() => expectDocumented('GET', '/v1/devices/d/lane', good)).not.toThrow();
  });
});

/** What Fastify serves under /v1, by its own list. HEAD goes with each GET. */
function servedRoutes({ running }: NativeWorld): string[] {
  const http = running.app.getHttpAdapter().getInstance() as unknown as {
    printRoutes(options: { commonPrefix: boolean }): string;
  };
  const path: string[] = [];
  return http
    .printRoutes({ commonPrefix: false })
    .split('\n')
    .flatMap((line) => {
      const [, indent, part, methods] = /^([│ ├└─]*)(\S*)(?: \((.*)\))?$/u.exec(line) ?? [];
      if (part === undefined || part === '') return [];
      path.splice(Math.floor(indent!.length / 4) - 1, path.length, part);
      const whole = path.join('').replace(/:(\w+)/g, '{$1}');
      if (methods === undefined || !whole.startsWith('/v1')) return [];
      const served = methods.split(', ').filter((method) => method !== 'HEAD' && method !== 'OPTIONS');
      return served.map((method) => `${method.toLowerCase()} ${whole}`);
    });
}

function laneOf() {
  const absent = { inFlight: null, reachableUntil: null, unreachableSince: null, retryAt: null, blockedBy: null };
  return { deviceId: 'd', situation: 'idle', queued: 0, ...absent };
}

/** One good call of every route, by whoever may; each answer is checked where it arrives. */
async function callEverything({ admin, client, running, freshDevices }: NativeWorld): Promise<void> {
  const [device, other] = (await freshDevices(2)) as [string, string];
  await admin.post('/v1/applications', { id: 'told' });
  await admin.put('/v1/applications/told', { name: 'told' });
  await admin.post('/v1/products', { key: 'told', application: 'told', wireFormat: 'native' });
  await admin.put('/v1/products/told', { application: 'told', wireFormat: 'native' });
  await admin.post('/v1/devices', { id: 'told', application: 'told', product: 'told' });
  await admin.put('/v1/devices/told', { application: 'told', product: 'told' });
  await admin.call('DELETE', '/v1/devices/told');
  await admin.post('/v1/provision', { applications: [{ id: 'made' }] });
  await client.submit({ deviceId: device });
  await client.submit({ deviceId: device, wait: 1 });
  const queued = idOf(await client.submit({ deviceId: device }));
  await client.post(`/v1/commands/${queued}/cancel`, {});
  const repeated = { deviceId: other, parameters: {} };
  const answered = idOf(await client.submit(repeated, { 'idempotency-key': 'told' }));
  const answer = { outcome: 'succeeded', result: null } as const;
  await running.handle({ kind: 'device-answered', commandId: answered, deviceId: other, answer });
  await client.submit({ ...repeated, wait: 1 }, { 'idempotency-key': 'told' });
  const told = await client.get(`/v1/commands/${answered}/events`);
  const last = /id: (\S+)\n[^]*?$/.exec(told.text.slice(told.text.lastIndexOf('id: ')))![1]!;
  await client.get(`/v1/commands/${answered}/events`, { 'last-event-id': last });
  const live = await openStream(running.url, `/v1/devices/${device}/events`, APPLICATION_KEY);
  expectDocumented('GET', `/v1/devices/${device}/events`, { ...live, headers: {}, body: '' });
  live.leave();
  await client.post('/v1/commands/batch', { devices: [device, 'nobody'], command: { service: 'a', method: 'b' } });
  const task = await client.post(`/v1/devices/${device}/cancel-tasks`, {});
  const intake = new DeadLetterIntake(running.store.deadLetters, {
    handle: async (signals) => [await running.handle(signals[0]!)],
  });
  const letters = [
    await intake.receive(aDeadLetter({ deviceId: device })),
    await intake.receive(aDeadLetter({ deviceId: device })),
  ];
  const paths = [
    'commands',
    'cancel-tasks',
    'dead-letters',
    'devices',
    'products',
    'openapi.json',
    `commands/${queued}`,
    `commands/${queued}/history`,
    `commands/${queued}/waiting`,
    `cancel-tasks/${String(task.body['id'])}`,
    `dead-letters/${letters[0]!.id}`,
    'products/lamp',
    'products/modelled/models/1',
    `devices/${device}`,
    `devices/${device}/lane`,
    `devices/${device}/stray-answers`,
  ];
  for (const path of paths) await client.get(`/v1/${path}`);
  await admin.get('/v1/applications');
  await admin.get('/v1/applications/app-1');
  await client.post(`/v1/dead-letters/${letters[0]!.id}/replay`, {});
  await client.post(`/v1/dead-letters/${letters[1]!.id}/discard`, {});
}
