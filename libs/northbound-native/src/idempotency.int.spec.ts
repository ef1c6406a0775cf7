import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { NativeClient } from './spec-support/native-client.js';
import { expectProblem, idOf, startNative, type NativeWorld } from './spec-support/native-world.js';

const COMMAND = { service: 'switch', method: 'turn', parameters: { on: true, level: 3 } };

describe('a submission with an idempotency key', () => {
  let world: NativeWorld;
  let client: NativeClient;
  let deviceId: string;
  let key: string;
  let made = 0;

  beforeAll(async () => {
    world = await startNative({ delivery: { laneCap: 3 } });
    client = world.client;
  });
  afterAll(() => world.running.stop());
  beforeEach(async () => {
    [deviceId] = (await world.freshDevices(1)) as [string];
    key = `key-${String(made++)}`;
  });

  const submit = (over: object = {}, its = key) =>
    client.post('/v1/commands', { deviceId, ...COMMAND, ...over }, { 'idempotency-key': its });
  const total = async () => (await client.get(`/v1/commands?deviceId=${deviceId}`)).body['total'];

  it('is the same command when it is repeated, shown as it stands by then', async () => {
    const first = await submit();
    expect(first.status).toBe(201);
    expect(first.headers['idempotency-replayed']).toBeUndefined();
    await world.running.handle({
      kind: 'device-answered',
      commandId: idOf(first),
      deviceId,
      answer: { outcome: 'succeeded', result: null },
    });
    const facts = world.running.facts.length;
    const again = await submit();
    expect(again.status).toBe(201);
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect(again.body).toMatchObject({ id: idOf(first), status: 'succeeded' });
    expect(world.running.facts).toHaveLength(facts);
    expect(await total()).toBe(1);
  });

  it('is the same body in another order, with nulls for what is absent', async () => {
    const first = await submit();
    const body = { parameters: { level: 3, on: true }, mode: null, method: 'turn', service: 'switch', deviceId };
    const again = await client.post('/v1/commands', body, { 'idempotency-key': key });
    expect(idOf(again)).toBe(idOf(first));
    expect(again.headers['idempotency-replayed']).toBe('true');
  });

  it.each<[string, object]>([
    ['parameters', { parameters: { on: false } }],
    ['callback', { callbackUrl: 'https://example.org/hook' }],
    ['superseding', { supersede: 'all' }],
    ['lifetime', { lifetimeSeconds: 5 }],
  ])('is refused when its %s differ', async (_, over) => {
    await submit();
    expectProblem(await submit(over), 409, 'idempotency-key-reused');
    expect(await total()).toBe(1);
  });

  it('is refused for another device', async () => {
    const [other] = await world.freshDevices(1);
    await submit();
    expectProblem(await submit({ deviceId: other }), 409, 'idempotency-key-reused');
  });

  it('is one command when 30 of them race', async () => {
    const answers = await Promise.all(Array.from({ length: 30 }, () => submit()));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(answers.map(idOf)).size).toBe(1);
    expect(answers.filter(({ headers }) => headers['idempotency-replayed'] === 'true')).toHaveLength(29);
    expect(await total()).toBe(1);
  });

  it('is one command and the rest refused when two bodies race for one key', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => submit({ parameters: { n: index % 2 } })),
    );
    expect(await total()).toBe(1);
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(10);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(10);
  });

  it('shares its key with nobody: another application may use the same', async () => {
    const first = await submit();
    const body = { deviceId: 'device-of-app-2', ...COMMAND };
    const foreign = await world.foreigner.post('/v1/commands', body, { 'idempotency-key': key });
    expect(foreign.status).toBe(201);
    expect(idOf(foreign)).not.toBe(idOf(first));
    expectProblem(
      await world.foreigner.post('/v1/commands', { deviceId, ...COMMAND }, { 'idempotency-key': key }),
      404,
      'unknown-device',
    );
  });

  it('leaves the key free when it is refused', async () => {
    for (let taken = 0; taken < 4; taken++) await client.submit({ deviceId });
    expectProblem(await submit(), 409, 'lane-full');
    const [free] = await world.freshDevices(1);
    expect((await submit({ deviceId: free })).status).toBe(201);
  });

  it.each([' ', 'two words', '', 'x'.repeat(256), 'é'])(
    'is refused with the key %j, and nothing is stored',
    async (bad) => {
      expectProblem(await submit({}, bad), 400, 'validation-failed', 'Idempotency-Key');
      expect(await total()).toBe(0);
    },
  );
});

describe('a submission that supersedes', () => {
  let world: NativeWorld;
  let deviceId: string;

  beforeAll(async () => {
    world = await startNative({ delivery: { laneCap: 3 } });
  });
  afterAll(() => world.running.stop());
  beforeEach(async () => {
    [deviceId] = (await world.freshDevices(1)) as [string];
  });
  const submit = (over: object = {}) => world.client.submit({ deviceId, ...over });
  const read = async (id: string) => (await world.client.get(`/v1/commands/${id}`)).body;

  it('leaves a pointer to itself on every queued command, and touches none that is out', async () => {
    const out = idOf(await submit());
    const waiting = [idOf(await submit()), idOf(await submit({ method: 'dim' }))];
    const latest = idOf(await submit({ supersede: 'all' }));
    expect(await read(out)).toMatchObject({ status: 'sending' });
    for (const id of waiting) {
      expect(await read(id)).toMatchObject({ status: 'superseded', supersededBy: latest });
      expectProblem(await world.client.post(`/v1/commands/${id}/cancel`, {}), 409, 'not-cancelable');
    }
    expect(await read(latest)).toMatchObject({ status: 'queued' });
    expect((await read(latest))['supersededBy']).toBeUndefined();
    const history = (await world.client.get(`/v1/commands/${waiting[0]}/history`)).body;
    expect((history['events'] as object[]).at(-1)).toMatchObject({ type: 'CommandSuperseded', by: latest });
  });

  it('by method or by key takes the place of those only', async () => {
    await submit();
    const keyed = idOf(await submit({ supersedeKey: 'brightness', method: 'dim' }));
    const turned = idOf(await submit());
    const byMethod = idOf(await submit({ supersede: 'method' }));
    expect(await read(turned)).toMatchObject({ status: 'superseded', supersededBy: byMethod });
    expect(await read(keyed)).toMatchObject({ status: 'queued', supersedeKey: 'brightness' });
    const byKey = idOf(await submit({ supersede: 'key', supersedeKey: 'brightness' }));
    expect(await read(keyed)).toMatchObject({ status: 'superseded', supersededBy: byKey });
    expect(await read(byMethod)).toMatchObject({ status: 'queued' });
  });

  it('finds place in a full queue, whose commands it takes the place of', async () => {
    await submit();
    for (let queued = 0; queued < 3; queued++) await submit();
    expectProblem(await submit(), 409, 'lane-full');
    expect((await submit({ supersede: 'all' })).body).toMatchObject({ status: 'queued' });
  });

  it.each<[string, object, string]>([
    ['an unknown rule', { supersede: 'some' }, 'supersede'],
    ['a boolean', { supersede: true }, 'supersede'],
    ['by key without a key', { supersede: 'key' }, 'supersedeKey'],
    ['by key with null for a key', { supersede: 'key', supersedeKey: null }, 'supersedeKey'],
    ['an empty key', { supersedeKey: '' }, 'supersedeKey'],
    ['a key of 129 characters', { supersedeKey: 'x'.repeat(129) }, 'supersedeKey'],
    ['a key that is a number', { supersedeKey: 1 }, 'supersedeKey'],
  ])('is refused with %s', async (_, over, path) => expectProblem(await submit(over), 400, 'validation-failed', path));

  it('takes null for no superseding', async () =>
    expect((await submit({ supersede: null, supersedeKey: null })).status).toBe(201));
});
