import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { CancelTaskRunner, type CancelTaskRunnerOptions, type Engine } from '@downlink/command-engine';
import { FOREIGN_DEVICE, type JsonAnswer, type NativeClient } from './spec-support/native-client.js';
import { expectProblem, idOf, INSTANT, startNative, type NativeWorld } from './spec-support/native-world.js';

const OPTIONS: CancelTaskRunnerOptions = { maxTasks: 100, maxCommands: 500, batchSize: 500, claimMs: 60_000 };

describe('a cancel task', () => {
  let world: NativeWorld;
  let client: NativeClient;
  let deviceId: string;

  beforeAll(async () => {
    world = await startNative();
    client = world.client;
  });
  afterAll(() => world.running.stop());
  beforeEach(async () => {
    [deviceId] = (await world.freshDevices(1)) as [string];
  });

  const create = (by = client, of = deviceId, body: unknown = {}) => by.post(`/v1/devices/${of}/cancel-tasks`, body);
  const taskOf = ({ body }: JsonAnswer) => String(body['id']);
  const get = async (id: string, query = '', by = client) => (await by.get(`/v1/cancel-tasks/${id}${query}`)).body;
  const submit = async (count: number) => {
    const ids = [];
    for (let made = 0; made < count; made++) ids.push(idOf(await client.submit({ deviceId })));
    return ids;
  };
  /** What a scheduler does, once. */
  const runOnce = (options: Partial<CancelTaskRunnerOptions> = {}) => {
    const { running } = world;
    const engine: Engine = { handle: (signals) => Promise.all(signals.map((signal) => running.handle(signal))) };
    return new CancelTaskRunner(running.store.cancelTasks, engine, { ...OPTIONS, ...options }).round();
  };

  it('is written down with what was queued, worked off, and tells what became of each command', async () => {
    const [out, ...queued] = await submit(4);
    const answer = await create();
    expect(answer.status).toBe(201);
    const id = taskOf(answer);
    expect(answer.headers.location).toBe(`/v1/cancel-tasks/${id}`);
    const waiting = { status: 'waiting', total: 3, canceled: 0, notCanceled: 0, pending: 3, startedAt: null };
    expect(answer.body).toMatchObject({
      applicationId: 'app-1',
      deviceId,
      ...waiting,
      createdAt: expect.stringMatching(INSTANT),
    });
    expect(await get(id)).toMatchObject({
      ...waiting,
      commands: queued.map((command) => ({ id: command, outcome: 'pending', foundStatus: null, status: 'queued' })),
    });

    await runOnce({ maxCommands: 1 });
    expect(await get(id)).toMatchObject({ status: 'running', canceled: 1, pending: 2, finishedAt: null });

    await world.running.handle({ kind: 'supersede', commandId: queued[0]!, deviceId, by: out! });
    await runOnce();
    const done = await get(id);
    expect(done).toMatchObject({ status: 'partly-succeeded', total: 3, canceled: 2, notCanceled: 1, pending: 0 });
    expect(done['finishedAt']).toMatch(INSTANT);
    expect(done['commands']).toEqual([
      { id: queued[0], outcome: 'not-canceled', foundStatus: 'superseded', status: 'superseded' },
      { id: queued[1], outcome: 'canceled', foundStatus: null, status: 'canceled' },
      { id: queued[2], outcome: 'canceled', foundStatus: null, status: 'canceled' },
    ]);
    expect((await client.get(`/v1/commands/${out!}`)).body).toMatchObject({ status: 'sending' });
  });

  it('leaves alone what is submitted after it', async () => {
    await submit(2);
    const id = taskOf(await create());
    const [later] = await submit(1);
    await runOnce();
    expect(await get(id)).toMatchObject({ status: 'succeeded', total: 1 });
    expect((await client.get(`/v1/commands/${later!}`)).body).toMatchObject({ status: 'queued' });
  });

  it('succeeds with nothing to do, and may be asked for again', async () => {
    const ids = [taskOf(await create()), taskOf(await create(client, deviceId, null))];
    await runOnce();
    for (const id of ids) expect(await get(id)).toMatchObject({ status: 'succeeded', total: 0, commands: [] });
  });

  it('shows its commands in pages', async () => {
    const [, ...queued] = await submit(4);
    const id = taskOf(await create());
    const shown = async (query: string) =>
      ((await get(id, query))['commands'] as { id: string }[]).map((one) => one.id);
    expect(await shown('?limit=2')).toEqual(queued.slice(0, 2));
    expect(await shown('?limit=2&offset=2')).toEqual(queued.slice(2));
    expect(await shown('?offset=9')).toEqual([]);
  });

  it('is listed newest first, by device, status and time', async () => {
    const first = taskOf(await create());
    await runOnce();
    const second = taskOf(await create());
    const ids = async (query: string) => {
      const { body } = await client.get(`/v1/cancel-tasks?deviceId=${deviceId}${query}`);
      return (body['items'] as { id: string }[]).map(({ id }) => id);
    };
    expect(await ids('')).toEqual([second, first]);
    expect(await ids('&status=waiting')).toEqual([second]);
    expect(await ids('&status=succeeded,failed')).toEqual([first]);
    expect(await ids('&limit=1&offset=1')).toEqual([first]);
    expect(await ids('&until=2020-01-01T00:00:00Z')).toEqual([]);
    expect(await ids('&from=2020-01-01T00:00:00Z')).toEqual([second, first]);
  });

  it('is made and seen by its application and the administrator, and by nobody else', async () => {
    await submit(2);
    const id = taskOf(await create());
    expectProblem(await create(world.foreigner), 404, 'unknown-device');
    expectProblem(await create(client, FOREIGN_DEVICE), 404, 'unknown-device');
    expectProblem(await create(client, 'nobody-has-this'), 404, 'unknown-device');
    expectProblem(await world.foreigner.get(`/v1/cancel-tasks/${id}`), 404, 'unknown-task');
    expect((await world.foreigner.get(`/v1/cancel-tasks?deviceId=${deviceId}`)).body).toMatchObject({
      items: [],
      total: 0,
    });
    expect((await create(world.admin)).body).toMatchObject({ applicationId: 'app-1', total: 1 });
    expect(await get(id, '', world.admin)).toMatchObject({ id, total: 1 });
    expectProblem(await world.admin.get('/v1/cancel-tasks'), 403, 'forbidden');
    const nobody = { authorization: 'Bearer nobody' };
    for (const [method, path] of [
      ['POST', `/v1/devices/${deviceId}/cancel-tasks`],
      ['GET', `/v1/cancel-tasks/${id}`],
      ['GET', '/v1/cancel-tasks'],
    ] as const) {
      const body = method === 'POST' ? {} : undefined;
      expectProblem(await client.call(method, path, body, nobody), 401, 'unauthenticated');
    }
  });

  it.each<[string, unknown, string]>([
    ['an unknown member', { all: true }, 'all'],
    ['a list', [], ''],
    ['a text', 'all', ''],
  ])('is not made with %s for a body', async (_, body, path) => {
    expectProblem(await create(client, deviceId, body), 400, 'validation-failed', path);
    expect((await client.get(`/v1/cancel-tasks?deviceId=${deviceId}`)).body['total']).toBe(0);
  });

  it.each(['x', '1', '0193a5f0-0000-7000-8000-000000000000', "'; drop table cancel_task; --", 'x'.repeat(90)])(
    'with the id %s is unknown',
    async (id) => expectProblem(await client.get(`/v1/cancel-tasks/${encodeURIComponent(id)}`), 404, 'unknown-task'),
  );

  it.each(['?limit=0', '?limit=1001', '?offset=-1', '?status=done', '?from=now', '?other=1', '?deviceId=a&deviceId=b'])(
    'is not listed by %s',
    async (query) => expectProblem(await client.get(`/v1/cancel-tasks${query}`), 400, 'validation-failed'),
  );
});
