import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { CommandId } from '@downlink/command-domain';
import { aRequest } from '@downlink/command-domain/contracts';
import { startNorthbound, type RunningNorthbound } from '@downlink/northbound-kit/contracts';
import { EnosModule } from './enos.module.js';
import { enosFaces } from './face.js';
import {
  APPLICATION,
  COMMANDS,
  declareDevice,
  declareSpecimens,
  EnosClient,
  FOREIGN_ORG,
  ORG,
  PRODUCT,
} from './spec-support/enos-client.js';
import { readGolden } from './spec-support/read-golden.js';

interface Golden {
  readonly members: string[];
  readonly search: { readonly body: object; readonly pagination: object };
}
const golden = readGolden<Golden>('command');
const invocation = readGolden<{ request: { query: Record<string, string>; body: object } }>('invoke-service');

type Struct = Record<string, unknown> & { readonly commandId: CommandId };

describe('EnOS, commands that are cached, looked at and canceled', () => {
  let running: RunningNorthbound;
  let client: EnosClient;
  let other: EnosClient;
  let deviceId: string;
  let device: Record<string, string>;
  let made = 0;

  beforeAll(async () => {
    running = await startNorthbound(enosFaces, (ports) => EnosModule.forRoot(ports));
    await declareSpecimens(running);
    client = await EnosClient.of(running.url);
    other = await EnosClient.of(running.url, 'ak-2', 'as-2');
  });
  afterAll(() => running.stop());
  beforeEach(async () => {
    deviceId = `cached-${String(made++)}`;
    device = { productKey: PRODUCT, deviceKey: `key-of-${deviceId}` };
    const attributes = { enos: { timezone: '+08:00' } };
    await declareDevice(running, deviceId, { key: device['deviceKey']!, assetId: `asset-of-${deviceId}`, attributes });
  });

  const issue = async (query: Record<string, string> = {}): Promise<CommandId> => {
    const { data } = await client.invoke({ ...device, pendingTtl: '600', timeout: '10', ...query });
    return (data as { commandId: CommandId }).commandId;
  };
  const several = async (count: number): Promise<CommandId[]> => {
    const ids: CommandId[] = [];
    for (let issued = 0; issued < count; issued++) ids.push(await issue());
    return ids;
  };
  const get = (commandId: string, over: Record<string, string> = {}) =>
    client.commands('GET', 'get', { ...device, commandId, ...over });
  const search = (body?: object, over: Record<string, string> = {}) =>
    client.commands('POST', 'search', { ...device, ...over }, body);
  const idsOf = (answer: { data: unknown }) => (answer.data as Struct[]).map(({ commandId }) => commandId);

  it('takes the request of the vendor’s sample, by product and device key, and answers before the device does', async () => {
    await running.ports.registry.apply({
      applications: [],
      products: [{ key: 'yourProductKey', applicationId: APPLICATION, name: '', wireFormat: 'enos', model: null }],
      devices: [],
    });
    await declareDevice(running, 'sample', { key: 'yourDeviceKey', productKey: 'yourProductKey' });
    const { action: _, orgId: __, ...query } = invocation.request.query;
    const answer = await client.commands('POST', 'invokeService', query, invocation.request.body);
    expect(answer).toMatchObject({ status: 200, code: 0, msg: 'Success', submsg: null });
    expect(Object.keys(answer.data)).toEqual(['commandId']);
    const { commandId } = answer.data as { commandId: CommandId };
    expect(commandId).toMatch(/^\d{19}$/);
    const head = await running.ports.reader.head(commandId);
    expect(head?.state.request).toMatchObject({
      service: 'identifier',
      method: 'invoke',
      parameters: { canshu1: 11, canshu2: 22.2 },
      mode: 'cached',
      lifetimeMs: 1_000_000,
      policy: { answerWithinMs: 30_000, maxRetransmit: 0, laneCap: 50 },
    });
  });

  it('shows a command with all documented members, by its asset or its key', async () => {
    const id = await issue();
    const answer = await get(id);
    expect(Object.keys(answer.data)).toEqual(golden.members);
    expect(answer.data).toMatchObject({
      commandId: id,
      orgId: ORG,
      ...device,
      assetId: `asset-of-${deviceId}`,
      createTime: expect.stringMatching(/^\d{13}$/),
      createLocaltime: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/),
      commandType: 2,
      timeout: 10,
      pendingTtl: 600,
      state: 4,
      tslIdentifier: 'dim',
      inputData: { level: 7 },
      outputData: null,
    });
    const byAsset = { assetId: `asset-of-${deviceId}`, commandId: id };
    expect((await client.commands('GET', 'get', byAsset)).data).toEqual(answer.data);
  });

  it('follows a command through its states', async () => {
    const stateOf = async (id: CommandId) => ((await get(id)).data as Struct)['state'];
    const [first, second] = (await several(2)) as [CommandId, CommandId];
    expect([await stateOf(first), await stateOf(second)]).toEqual([4, 1]);
    await running.handle({
      kind: 'device-answered',
      commandId: first,
      deviceId,
      answer: { outcome: 'succeeded', result: { a: 1 } },
    });
    expect((await get(first)).data).toMatchObject({ state: 5, outputData: { a: 1 } });
    expect(await stateOf(second)).toBe(4);
  });

  it('lists the newest first, 100 of them, in the documented shape', async () => {
    const ids = await several(3);
    const answer = await search();
    expect(idsOf(answer)).toEqual(ids.toReversed());
    expect(answer.pagination).toEqual({ ...golden.search.pagination, pageNo: 1, pageSize: 100, totalSize: 3 });
    const [struct] = answer.data as Struct[];
    expect(Object.keys(struct!)).toEqual(golden.members);
    expect(struct!['createTime']).toEqual(expect.any(Number));
  });

  it('pages, turns the order round and crops what it shows', async () => {
    const ids = (await several(5)).toReversed();
    const page = (pageNo: number, more: object = {}) => ({ pagination: { pageNo, pageSize: 2, ...more } });
    expect(idsOf(await search(page(1)))).toEqual(ids.slice(0, 2));
    expect(idsOf(await search(page(3)))).toEqual(ids.slice(4));
    const beyond = await search(page(4));
    expect([idsOf(beyond), beyond.pagination?.['totalSize']]).toEqual([[], 5]);
    const oldest = await search(page(1, { sorters: [{ field: 'createTime', order: 'ASC' }] }));
    expect(idsOf(oldest)).toEqual(ids.toReversed().slice(0, 2));
    expect(oldest.pagination?.['sortedBy']).toEqual([{ field: 'createDate', order: 'ASC' }]);
    const cropped = await search({ projection: ['commandId', 'commandName.defaultValue', 'nothing'] });
    expect((cropped.data as object[])[0]).toEqual({ commandId: ids[0], commandName: { defaultValue: 'dim' } });
  });

  it('is searched by state, name and time', async () => {
    const [first, second] = (await several(2)) as [CommandId, CommandId];
    const set = await client.commands(
      'POST',
      'setMeasurepoint',
      { ...device, measurepointId: 'level', pendingTtl: '60' },
      { value: 1 },
    );
    const { commandId: third } = set.data as { commandId: CommandId };
    const found = async (expression: string) => idsOf(await search({ expression }));
    expect(await found('state = 1')).toEqual([third, second]);
    expect(await found('state = 4')).toEqual([first]);
    expect(await found('state = 5')).toEqual([]);
    expect(await found('commandName.en_US like "level"')).toEqual([third]);
    expect(await found('commandName.en_US like "dim" and state = 1')).toEqual([second]);
    const { acceptedAt } = (await running.ports.reader.head(second))!.state;
    expect(await found(`createTime < ${String(acceptedAt)}`)).toEqual([first]);
    expect(await found(`createTime >= ${String(acceptedAt)}`)).toEqual([third, second]);
    expect(await found("createTime >= '2000-01-01 00:00:00' and createTime < '2000-01-02 00:00:00'")).toEqual([]);
  });

  it('says in an expression what is not supported', async () => {
    const answer = await search({ expression: 'state = 1 or state = 2' });
    const msg = 'Invalid Argument expression:"or" is not supported where "and" is expected';
    expect(answer).toMatchObject({ status: 200, code: 99400, msg, data: null });
    expect(answer).not.toHaveProperty('pagination');
  });

  it('shows commands of every dialect on the device', async () => {
    const request = aRequest({
      applicationId: APPLICATION,
      deviceId,
      service: 'Brightness',
      method: 'SET',
      dialect: 'huawei',
    });
    const outcome = await running.ports.commands.submit(request);
    const id = outcome.signal.kind === 'submit' ? outcome.signal.commandId : '';
    expect((await get(id)).data).toMatchObject({
      tslIdentifier: 'Brightness.SET',
      commandType: 2,
      pendingTtl: 172_800,
    });
    expect(idsOf(await search())).toEqual([id]);
  });

  it.each(['POST', 'GET'])('cancels one queued command with %s', async (method) => {
    const [, second, third] = (await several(3)) as [CommandId, CommandId, CommandId];
    const answer = await client.commands(method, 'cancel', { ...device, commandId: second });
    expect(answer).toMatchObject({ code: 0, msg: 'OK' });
    expect(answer.data).toMatchObject([{ commandId: second, state: 2, createTime: expect.any(String) }]);
    expect(Object.keys(answer.data[0]!)).toEqual(golden.members);
    expect((await get(third)).data).toMatchObject({ state: 1 });
  });

  it.each(['POST', 'GET'])('cancels everything that is queued for the device with %s', async (method) => {
    const [first, ...queued] = await several(4);
    const answer = await client.commands(method, 'cancel', device);
    expect(idsOf(answer)).toEqual(queued.toReversed());
    expect((await get(first!)).data).toMatchObject({ state: 4 });
    expect((await client.commands(method, 'cancel', device)).data).toEqual([]);
  });

  it('cancels nothing that has been sent', async () => {
    const id = await issue();
    const answer = await client.commands('POST', 'cancel', { ...device, commandId: id });
    expect(answer).toMatchObject({ status: 200, code: 99400, data: null });
    expect((await get(id)).data).toMatchObject({ state: 4 });
  });

  it('shows and cancels nothing of another application, of another device or of nobody: 99404', async () => {
    const [, id] = (await several(2)) as [CommandId, CommandId];
    const foreign = { orgId: FOREIGN_ORG, commandId: id };
    for (const action of ['get', 'cancel']) {
      expect(await other.commands('GET', action, { ...foreign, ...device })).toMatchObject({ code: 99404, data: null });
      expect((await other.commands('GET', action, { ...foreign, assetId: 'asset-f' })).code).toBe(99404);
      expect((await client.commands('GET', action, { assetId: 'asset-1', commandId: id })).code).toBe(99404);
      for (const commandId of ['1', 'x', '0000000000000000000', '9'.repeat(19)]) {
        expect((await client.commands('GET', action, { ...device, commandId })).code).toBe(99404);
      }
    }
    expect((await other.commands('POST', 'search', { orgId: FOREIGN_ORG, ...device }, {})).code).toBe(99404);
    expect((await other.commands('POST', 'cancel', { orgId: FOREIGN_ORG, ...device })).code).toBe(99404);
    expect((await get(id)).data).toMatchObject({ state: 1 });
  });

  it('finds a device by what names it, and by nothing else', async () => {
    const { deviceKey = '' } = device;
    const assetId = `asset-of-${deviceId}`;
    const codeOf = async (query: Record<string, string>) =>
      (await client.call('POST', COMMANDS, { action: 'search', orgId: ORG, ...query })).code;
    expect(await codeOf({ assetId, ...device })).toBe(0);
    expect(await codeOf({ assetId, productKey: '', deviceKey: '' })).toBe(0);
    expect(await codeOf({ assetId, productKey: 'foreign1' })).toBe(99404);
    expect(await codeOf({ assetId, deviceKey: 'dk-1' })).toBe(99404);
    expect(await codeOf({ assetId: 'asset-f' })).toBe(99404);
    expect(await codeOf({ productKey: 'foreign1', deviceKey: 'dk-f' })).toBe(99404);
    expect(await codeOf({ productKey: `${PRODUCT}/${deviceKey}`.slice(0, -1), deviceKey: '' })).toBe(99400);
    expect(await codeOf({ productKey: PRODUCT })).toBe(99400);
    expect(await codeOf({ deviceKey })).toBe(99400);
    expect(await codeOf({})).toBe(99400);
  });

  it.each<[string, Record<string, string>, string]>([
    ['POST', {}, 'action:action is missing'],
    ['POST', { action: '' }, 'action:action is missing'],
    ['POST', { action: 'explode' }, 'action:action is not supported'],
    ['POST', { action: 'constructor' }, 'action:action is not supported'],
    ['POST', { action: 'get' }, 'action:action is not supported'],
    ['GET', { action: 'invokeService' }, 'action:action is not supported'],
    ['POST', { action: 'search' }, 'orgId:orgId is missing'],
  ])('answers %s with %j as the vendor words it', async (method, query, words) => {
    expect(await client.call(method, COMMANDS, query)).toMatchObject({
      status: 200,
      code: 99400,
      msg: `Invalid Argument ${words}`,
    });
  });
});
