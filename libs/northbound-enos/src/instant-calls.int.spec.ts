import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { CommandId, DeviceAnswer } from '@downlink/command-domain';
import type { Head } from '@downlink/command-engine';
import { startNorthbound, type RunningNorthbound } from '@downlink/northbound-kit/contracts';
import { eventually } from '@downlink/testing';
import { EnosModule } from './enos.module.js';
import { enosFaces } from './face.js';
import { importEnosThingModel } from './model/import-enos-thing-model.js';
import {
  APPLICATION,
  declareDevice,
  declareSpecimens,
  EnosClient,
  MODELLED_PRODUCT,
} from './spec-support/enos-client.js';
import { readGolden } from './spec-support/read-golden.js';

describe('EnOS, an instant call', () => {
  let running: RunningNorthbound;
  let client: EnosClient;
  let deviceId: string;
  let assetId: string;
  let made = 0;

  beforeAll(async () => {
    running = await startNorthbound(enosFaces, (ports) => EnosModule.forRoot(ports, { laneCap: 3 }));
    await declareSpecimens(running);
    client = await EnosClient.of(running.url);
  });
  afterAll(() => running.stop());
  beforeEach(async () => {
    deviceId = `instant-${String(made++)}`;
    assetId = `asset-of-${deviceId}`;
    await declareDevice(running, deviceId, { assetId });
  });

  const invoke = (query: Record<string, string> = {}, body?: object) => client.invoke({ assetId, ...query }, body);
  const searched = async (limit = 1): Promise<Head[]> =>
    (await running.ports.reader.search({ applicationId: APPLICATION, deviceId, limit, count: false })).heads;
  /** The newest command of the device, once it is there. */
  const latest = (after?: CommandId): Promise<Head> =>
    eventually(async () => {
      const [head] = await searched();
      if (head === undefined || head.commandId === after) throw new Error('not submitted yet');
      return head;
    });
  const about = (commandId: CommandId) => ({ commandId, deviceId });
  const sent = (commandId: CommandId) => running.handle({ ...about(commandId), kind: 'broker-accepted', attempt: 1 });
  const answered = (commandId: CommandId, answer: DeviceAnswer) =>
    running.handle({ ...about(commandId), kind: 'device-answered', answer });
  /** The clock of the scheduler, played until the command's time is over. */
  const whenDue = (commandId: CommandId) =>
    eventually(async () => {
      expect((await running.handle({ ...about(commandId), kind: 'time-due' })).kind).toBe('committed');
    });

  it('waits for the device and tells what it answers', async () => {
    const call = invoke({ timeout: '30' });
    const { commandId, state } = await latest();
    expect(state).toMatchObject({ status: 'sending', request: { service: 'dim', method: 'invoke', dialect: 'enos' } });
    await sent(commandId);
    await answered(commandId, { outcome: 'succeeded', result: { level: 7 } });
    const { status, requestId, ...body } = await call;
    expect(status).toBe(200);
    expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(body).toEqual({ code: 0, msg: 'Success', submsg: null, data: { commandId, outputData: { level: 7 } } });
  });

  it('that sets a measurement point tells the command only', async () => {
    const query = { assetId, measurepointId: 'level' };
    const call = client.commands('POST', 'setMeasurepoint', query, { value: 7 });
    const { commandId, state } = await latest();
    expect(state.request).toMatchObject({ service: 'properties', method: 'write', parameters: { level: 7 } });
    await answered(commandId, { outcome: 'succeeded', result: { ignored: true } });
    const { requestId: _, status, ...body } = await call;
    expect([status, body]).toEqual([200, { code: 0, msg: 'OK', submsg: null, data: { commandId } }]);
  });

  it('passes on the device’s own code and message, and the command has failed', async () => {
    const call = invoke();
    const { commandId } = await latest();
    await answered(commandId, { outcome: 'failed', code: '2001', result: { message: 'too hot', at: 90 } });
    const outputData = { message: 'too hot', at: 90 };
    expect(await call).toMatchObject({ status: 200, code: 2001, msg: 'too hot', data: { commandId, outputData } });
    expect((await client.commands('GET', 'get', { assetId, commandId })).data).toMatchObject({ state: 6, outputData });
  });

  it('that was sent and not answered within its timeout is 11915', async () => {
    const call = invoke({ timeout: '1' });
    const { commandId } = await latest();
    await sent(commandId);
    await whenDue(commandId);
    expect(await call).toMatchObject({ status: 200, code: 11915, data: { commandId } });
    expect((await client.commands('GET', 'get', { assetId, commandId })).data).toMatchObject({ state: 7, timeout: 1 });
  });

  it('that the broker never took within its timeout is 11904', async () => {
    const call = invoke({ timeout: '1' });
    const { commandId } = await latest();
    await running.handle({
      ...about(commandId),
      kind: 'broker-refused',
      attempt: 1,
      reason: 'no-subscriber',
      detail: null,
    });
    await whenDue(commandId);
    expect(await call).toMatchObject({ status: 200, code: 11904, data: { commandId } });
  });

  it('is answered also when nobody writes down that its time is over', async () => {
    const began = performance.now();
    const call = await invoke({ timeout: '1' });
    expect(call).toMatchObject({ status: 200, code: 11904 });
    expect(performance.now() - began).toBeGreaterThan(1_000);
  });

  it('joins a queue that is not empty, and is 11904 when its turn does not come in time', async () => {
    const { data } = await invoke({ pendingTtl: '60' });
    const { commandId: first } = data as { commandId: CommandId };
    const call = invoke({ timeout: '1' });
    const { commandId, state } = await latest(first);
    expect(state.status).toBe('queued');
    await whenDue(commandId);
    expect(await call).toMatchObject({ code: 11904, data: { commandId } });
    expect((await client.commands('GET', 'get', { assetId, commandId })).data).toMatchObject({ state: 3 });
  });

  it('that has joined the queue goes out when its turn comes', async () => {
    const { data } = await invoke({ pendingTtl: '60' });
    const { commandId: first } = data as { commandId: CommandId };
    const call = invoke();
    const { commandId } = await latest(first);
    await answered(first, { outcome: 'succeeded', result: null });
    await eventually(async () => expect((await running.ports.reader.head(commandId))?.state.status).toBe('sending'));
    await answered(commandId, { outcome: 'succeeded', result: null });
    expect(await call).toMatchObject({ code: 0, data: { commandId, outputData: {} } });
  });

  it('that waits in the queue while its device leaves is 11900', async () => {
    await running.handle({ kind: 'device-reachable', deviceId });
    const { data } = await invoke({ pendingTtl: '60' });
    const { commandId: first } = data as { commandId: CommandId };
    const call = invoke({ timeout: '60' });
    const { commandId } = await latest(first);
    await running.handle({ kind: 'device-unreachable', deviceId });
    expect(await call).toMatchObject({ code: 11900, data: { commandId } });
  });

  it('to a device that has left is 11900 at once, and nothing is stored; a cached one waits for it', async () => {
    await running.handle({ kind: 'device-unreachable', deviceId });
    const before = running.facts.length;
    expect(await invoke()).toMatchObject({ status: 200, code: 11900, data: null });
    expect(running.facts).toHaveLength(before);
    expect(await invoke({ pendingTtl: '60' })).toMatchObject({ code: 0, msg: 'Success' });
  });

  it('beyond the device’s cap is 11902, and so is a cached one', async () => {
    for (let queued = 0; queued < 4; queued++) expect((await invoke({ pendingTtl: '60' })).code).toBe(0);
    const before = running.facts.length;
    expect(await invoke({ pendingTtl: '60' })).toMatchObject({ status: 200, code: 11902, data: null });
    expect(await invoke()).toMatchObject({ status: 200, code: 11902, data: null });
    expect(running.facts).toHaveLength(before);
  });

  it('to a device that was never there is 11888, until it has shown itself; a cached one is taken', async () => {
    await declareDevice(running, deviceId, { activated: false });
    expect(await invoke()).toMatchObject({ status: 200, code: 11888, data: null });
    expect((await invoke({ pendingTtl: '60' })).code).toBe(0);
    const [queued] = await searched();
    await running.handle({ kind: 'device-reachable', deviceId });
    const call = invoke();
    const { commandId } = await latest(queued!.commandId);
    for (const id of [queued!.commandId, commandId]) await answered(id, { outcome: 'succeeded', result: null });
    expect((await call).code).toBe(0);
  });

  it('leaves nothing behind when its command is canceled meanwhile', async () => {
    const { data } = await invoke({ pendingTtl: '60' });
    const { commandId: first } = data as { commandId: CommandId };
    const call = invoke();
    const { commandId } = await latest(first);
    expect(await client.commands('POST', 'cancel', { assetId, commandId })).toMatchObject({ code: 0 });
    expect(await call).toMatchObject({ code: 11904, data: { commandId } });
    expect(running.ports.finalEvents.held).toBe(0);
  });

  it('may be forbidden to an application, which stores nothing', async () => {
    const methods = (deny: string[]) => ({
      applications: [{ id: APPLICATION, name: 'one', credentials: {}, methods: { allow: [], deny } }],
      products: [],
      devices: [],
    });
    await running.ports.registry.apply(methods(['dim.*', 'properties.write']));
    const before = running.facts.length;
    expect(await invoke({ pendingTtl: '60' })).toMatchObject({ code: 99403, data: null });
    const set = { assetId, measurepointId: 'level', pendingTtl: '60' };
    expect(await client.commands('POST', 'setMeasurepoint', set, { value: 1 })).toMatchObject({ code: 99403 });
    expect(running.facts).toHaveLength(before);
    await running.ports.registry.apply(methods([]));
    expect((await invoke({ pendingTtl: '60' })).code).toBe(0);
  });
});

describe('EnOS, a call beside its thing model', () => {
  let running: RunningNorthbound;
  let client: EnosClient;
  const golden = readGolden<{ document: never }>('thing-model');

  beforeAll(async () => {
    running = await startNorthbound(enosFaces, (ports) => EnosModule.forRoot(ports));
    await declareSpecimens(running);
    const imported = importEnosThingModel(golden.document);
    if (!imported.ok) throw new Error(imported.problem);
    const modelSource = { format: 'enos', document: golden.document } as const;
    const product = { key: MODELLED_PRODUCT, applicationId: APPLICATION, name: '', wireFormat: 'enos' };
    await running.ports.registry.apply({
      applications: [],
      products: [{ ...product, model: imported.model, modelSource }],
      devices: [],
    });
    await declareDevice(running, 'planet-1', { productKey: MODELLED_PRODUCT, key: 'pl-1', assetId: 'planet' });
    client = await EnosClient.of(running.url);
  });
  afterAll(() => running.stop());

  const at = { assetId: 'planet', pendingTtl: '60' };
  const speedUp = (inputData: object, serviceId = 'speedup') => client.invoke({ ...at, serviceId }, { inputData });
  const set = (measurepointId: string, value: unknown) =>
    client.commands('POST', 'setMeasurepoint', { ...at, measurepointId }, { value });

  it('is taken when it fits, and carries the version of the model', async () => {
    const good = { delta: 5, label: 'x', plan: { at: '1', on: 1 }, steps: [0.5] };
    const { data } = await speedUp(good);
    const head = await running.ports.reader.head((data as { commandId: CommandId }).commandId);
    expect(head?.state.request).toMatchObject({ parameters: good, modelVersion: 1 });
    expect((await set('temperature', 21.5)).code).toBe(0);
    expect((await set('mode', 2)).code).toBe(0);
    expect((await speedUp({}, 'stop')).code).toBe(0);
  });

  it.each<[object, string]>([
    [{}, 'inputData:inputData.delta is missing'],
    [{ delta: null }, 'inputData:inputData.delta is missing'],
    [{ delta: '5' }, 'inputData:inputData.delta expected a whole number'],
    [{ delta: 101 }, 'inputData:inputData.delta expected 0 to 100'],
    [{ delta: 7 }, 'inputData:inputData.delta expected steps of 5 from 0'],
    [{ delta: 5, label: 'x'.repeat(11) }, 'inputData:inputData.label expected at most 10 characters'],
    [{ delta: 5, plan: { on: 1 } }, 'inputData:inputData.plan.at is missing'],
    [{ delta: 5, plan: { at: '1', on: 2 } }, 'inputData:inputData.plan.on expected one of 0, 1'],
    [{ delta: 5, steps: ['a'] }, 'inputData:inputData.steps[0] expected a number'],
    [{ delta: 5, other: 1 }, 'inputData:inputData.other is not in the model'],
  ])('with inputs %j is refused by name, and nothing is stored', async (inputData, words) => {
    const before = running.facts.length;
    expect(await speedUp(inputData)).toMatchObject({
      status: 200,
      code: 99400,
      msg: `Invalid Argument ${words}`,
      data: null,
    });
    expect(running.facts).toHaveLength(before);
  });

  it('of a service or measurement point that the model lacks is refused by name', async () => {
    expect((await speedUp({}, 'slowdown')).msg).toBe('Invalid Argument serviceId:serviceId is not in the thing model');
    expect((await set('pressure', 1)).msg).toBe(
      'Invalid Argument measurepointId:measurepointId is not in the thing model',
    );
    expect((await set('mode', 3)).msg).toBe('Invalid Argument value:value expected one of 1, 2');
    expect((await set('temperature', 'hot')).msg).toBe('Invalid Argument value:value expected a number');
    expect((await speedUp({ a: 1 }, 'stop')).msg).toBe('Invalid Argument inputData:inputData.a is not in the model');
  });

  it('is named by the model when it is looked at, in searches by its translations too', async () => {
    const { data } = await speedUp({ delta: 10 });
    const { commandId } = data as { commandId: string };
    const { data: struct } = await client.commands('GET', 'get', { assetId: 'planet', commandId });
    const name = { defaultValue: 'speed up', i18nValue: { en_US: 'speed up', zh_CN: '加速' } };
    expect(struct).toMatchObject({ commandName: name, tslIdentifier: 'speedup', commandType: 2 });
    const search = async (expression: string) => {
      const found = await client.commands('POST', 'search', { assetId: 'planet' }, { expression });
      return [...new Set((found.data as { tslIdentifier: string }[]).map(({ tslIdentifier }) => tslIdentifier))];
    };
    expect(await search('commandName.zh_CN like "加"')).toEqual(['speedup']);
    expect(await search('commandName.en_US like "TEMP"')).toEqual(['temperature']);
    expect(await search('commandName.en_US like "nothing"')).toEqual([]);
  });
});
