import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseHex32 } from '@downlink/command-domain';
import { BatchTaskRunner } from '@downlink/command-engine';
import { startNorthbound, type RunningNorthbound } from '@downlink/northbound-kit/contracts';
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
import { createBatchTaskBody, DETAIL_STATUSES, MAX_DEVICES, queryTaskDetailsQuery } from './wire/batch-task.js';

interface GoldenBatch {
  readonly request: { readonly param: { readonly command: object } & Record<string, unknown> };
  readonly response: object;
  readonly task: object;
  readonly detail: object;
}

const golden = readGolden<GoldenBatch>('batch-task');
const TASKS = '/iocm/app/batchtask/v1.1.0/tasks';
const DETAILS = '/iocm/app/batchtask/v1.1.0/taskDetails';
const having = (over: object) => ({ ...golden.request, ...over });
const withParam = (over: object) => having({ param: { ...golden.request.param, ...over } });
const of = (length: number) => 'x'.repeat(length);

describe('batch tasks', () => {
  let running: RunningNorthbound;
  let client: HuaweiClient;
  let foreigner: HuaweiClient;

  beforeAll(async () => {
    running = await startNorthbound([huaweiFace], (ports) => HuaweiModule.forRoot(ports));
    await declareSpecimens(running);
    client = await HuaweiClient.of(running.url);
    const token = await logIn(running.url, FOREIGN_APPLICATION, 'another');
    foreigner = new HuaweiClient(running.url, { app_key: FOREIGN_APPLICATION, authorization: `Bearer ${token}` });
  });
  afterAll(() => running.stop());

  const create = (body: object = golden.request, by = client) => by.call('POST', TASKS, body);
  const query = (id: string, text = '', by = client) => by.call('GET', `${TASKS}/${id}${text}`);
  const details = (id: string, text = '', by = client) => by.call('GET', `${DETAILS}?taskId=${id}${text}`);
  const idOf = ({ body }: JsonAnswer) => body['taskID'] as string;
  const rows = ({ body }: JsonAnswer) =>
    body['taskDetails'] as { status: string; error: string | null; param: { commandId: string } }[];
  const expectError = ({ status, body }: JsonAnswer, expected: number, code: string) => {
    expect(body).toEqual({ error_code: code, error_desc: expect.any(String) });
    expect(status).toBe(expected);
  };
  /** What the schedulers do. */
  const workOff = async () => {
    const engine = {
      handle: (signals: readonly Parameters<typeof running.handle>[0][]) =>
        Promise.all(signals.map((signal) => running.handle(signal))),
    };
    while ((await new BatchTaskRunner(running.store.batchTasks, engine).round()).tasks > 0);
  };

  it('are made, queried and detailed in the members of the vendor’s tables', async () => {
    const made = await create();
    expect(made.status).toBe(200);
    expect(made.body).toEqual({ taskID: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    const task = await query(idOf(made));
    const startTime = expect.stringMatching(/^\d{8}T\d{6}Z$/);
    expect(task.body).toEqual({ ...golden.task, taskId: idOf(made), startTime, param: golden.request.param });
    expect(Object.keys(task.body)).toEqual(Object.keys(golden.task));
    const { body } = await details(idOf(made), '&pageNo=0');
    const param = { deviceId: OWN_DEVICE, commandId: expect.stringMatching(/^[0-9a-f]{32}$/) };
    expect(body).toEqual({ pageNo: 0, pageSize: 1, totalCount: 1, taskDetails: [{ ...golden.detail, param }] });
    await workOff();
  });

  it('send every device its command, cached for as long as the task may take, and count what became of them', async () => {
    const id = idOf(await create(withParam({ deviceList: [OWN_DEVICE, MODELLED_DEVICE, OWN_DEVICE] })));
    await workOff();
    expect((await query(id)).body).toMatchObject({ status: 'Running', totalCnt: 2, completeCnt: 0, progress: 0 });
    const [, lamp] = rows(await details(id));
    const commandId = parseHex32(lamp!.param.commandId)!;
    expect((await running.ports.reader.head(commandId))!.state.request).toMatchObject({
      deviceId: MODELLED_DEVICE,
      wireFormat: 'huawei',
      modelVersion: 1,
      mode: 'cached',
      lifetimeMs: 6_000_000,
      policy: { maxRetransmit: 3, laneCap: 20 },
      callback: { url: 'http://127.0.0.1:9999/cmd/callbackUrl', format: 'huawei' },
    });
    const answer = { outcome: 'succeeded', result: { level: 7 } } as const;
    await running.handle({ kind: 'device-answered', deviceId: MODELLED_DEVICE, commandId, answer });
    expect((await query(id)).body).toMatchObject({ successCnt: 1, completeCnt: 1, progress: 500, successRate: 500 });
    const [done] = rows(await details(id, '&status=Success'));
    expect(done).toEqual({ status: 'Success', output: '{"level":7}', error: null, param: lamp!.param });
    const [row] = (await client.query(`?deviceId=${MODELLED_DEVICE}&pageSize=1`)).body['data'] as object[];
    expect(row).toMatchObject({ commandId: lamp!.param.commandId, status: 'SUCCESSFUL' });
  });

  it('refuse alone what cannot be asked', async () => {
    const id = idOf(await create(withParam({ deviceList: ['nobody', OWN_DEVICE, FOREIGN_DEVICE] })));
    await workOff();
    expect((await query(id)).body).toMatchObject({ status: 'Running', failCnt: 2, completeCnt: 2, progress: 666 });
    const answer = await details(id, '&status=Fail');
    expect(answer.text).not.toContain('error_code');
    const error = '{"error_code":"100418","error_desc":"The deviceData is not existed."}';
    const row = (deviceId: string) => ({ status: 'Fail', output: null, error, param: { deviceId, commandId: null } });
    expect(rows(answer)).toEqual(['nobody', FOREIGN_DEVICE].map(row));
  });

  it.each<[string, object, [number, string]]>([
    ['nobody’s', { deviceList: ['nobody'] }, [200, '100418']],
    ['another application’s', { deviceList: [FOREIGN_DEVICE, 'nobody'] }, [200, '100418']],
    [
      'of a model that lacks the service',
      { deviceList: [MODELLED_DEVICE], command: { serviceId: 'x', method: 'y' } },
      [200, '100431'],
    ],
  ])('are not made where every device is %s', async (_, over, [status, code]) => {
    expectError(await create(withParam(over)), status, code);
  });

  it.each<[object, string]>([
    [{ serviceId: 'x', method: 'SET' }, '100431'],
    [{ serviceId: 'Brightness', method: 'x' }, '102203'],
    [{ serviceId: 'Brightness', method: 'DIM', paras: { level: 101 } }, '100022'],
  ])('refuse the command %j where the model of a device lacks it, and there only', async (command, code) => {
    const id = idOf(await create(withParam({ deviceList: [MODELLED_DEVICE, OWN_DEVICE], command })));
    const [modelled, own] = rows(await details(id));
    expect(JSON.parse(modelled!.error!)).toMatchObject({ error_code: code });
    expect(own).toMatchObject({ status: 'Pending', error: null });
    await workOff();
  });

  it('say of a full queue what a create call says', async () => {
    for (let queued = 0; queued < 21; queued++) await client.create();
    const id = idOf(await create());
    await workOff();
    expect(JSON.parse(rows(await details(id))[0]!.error!)).toMatchObject({ error_code: '100223' });
  });

  it('show their tags where they are asked for', async () => {
    const id = idOf(await create());
    expect((await query(id, '?select=tag')).body['tags']).toEqual([{ tagName: 'site', tagValue: 'north' }]);
    expect((await query(id)).body).not.toHaveProperty('tags');
    await workOff();
  });

  it('are found by device, command, status and page', async () => {
    const id = idOf(await create(withParam({ deviceList: ['a', MODELLED_DEVICE, 'b'] })));
    const total = async (text: string) => (await details(id, text)).body['totalCount'];
    const [, lamp] = rows(await details(id));
    expect(await total('')).toBe(3);
    expect(rows(await details(id, '&pageNo=1&pageSize=2'))).toHaveLength(1);
    expect(await total(`&deviceId=${MODELLED_DEVICE}`)).toBe(1);
    expect(await total(`&commandId=${lamp!.param.commandId}`)).toBe(1);
    expect(await total('&status=Fail')).toBe(2);
    expect(await Promise.all(DETAIL_STATUSES.map((status) => total(`&status=${status}`)))).toEqual([1, 0, 0, 2, 0]);
    await workOff();
  });

  it('are nobody else’s affair', async () => {
    const id = idOf(await create());
    expectError(await query(id, '', foreigner), 200, '101001');
    expectError(await details(id, '', foreigner), 200, '101001');
    expectError(await query(id, `?appId=${APPLICATION}`, foreigner), 200, '100217');
    expectError(await details(id, `&appId=${APPLICATION}`, foreigner), 200, '100217');
    expectError(await create(having({ appId: APPLICATION }), foreigner), 200, '100217');
    expectError(await create(having({ appId: 'nobody' })), 200, '100203');
    for (const other of ['x', '0190163d-5c00-7000-8000-000000000000', of(64)]) {
      expectError(await query(other), 200, '101001');
      expectError(await details(other), 200, '101001');
    }
    await workOff();
  });

  it('are not made of what the caller may not have devices do', async () => {
    const methods = { allow: [], deny: ['Brightness.*'] };
    const application = { id: APPLICATION, name: 'one', credentials: {} };
    await running.ports.registry.apply({ applications: [{ ...application, methods }], products: [], devices: [] });
    expectError(await create(), 200, '100432');
    const none = { allow: [], deny: [] };
    await running.ports.registry.apply({
      applications: [{ ...application, methods: none }],
      products: [],
      devices: [],
    });
  });

  it('take ten thousand devices at once', async () => {
    const nobodys = Array.from({ length: MAX_DEVICES - 1 }, (_, at) => `${at}`.padStart(64, 'd'));
    const made = await create(withParam({ deviceList: [OWN_DEVICE, ...nobodys] }));
    expect((await query(idOf(made))).body).toMatchObject({ totalCnt: MAX_DEVICES, failCnt: MAX_DEVICES - 1 });
    await workOff();
  }, 30_000);

  it.each<[string, object]>([
    ['timeout 10', having({ timeout: 10 })],
    ['timeout 2880', having({ timeout: 2880 })],
    ['timeout as digits', having({ timeout: '100' })],
    ['a name of 1 character', having({ taskName: 'n' })],
    ['a name of 256', having({ taskName: of(256) })],
    ['null for tags', having({ tags: null })],
    ['a tag of 128 and 1024', having({ tags: [{ tagName: of(128), tagValue: of(1024) }] })],
    ['a device id of 64', withParam({ deviceList: [of(64)] })],
    ['maxRetransmit 0', withParam({ maxRetransmit: 0 })],
    ['null for the optional', withParam({ maxRetransmit: null, callbackUrl: null })],
    ['no paras', withParam({ command: { serviceId: of(64), method: of(128) } })],
  ])('can have %s', (_, body) => expect(createBatchTaskBody.safeParse(body).success).toBe(true));

  it.each<[string, object]>([
    ['no timeout', having({ timeout: undefined })],
    ['timeout 9', having({ timeout: 9 })],
    ['timeout 2881', having({ timeout: 2881 })],
    ['timeout with a fraction', having({ timeout: 10.5 })],
    ['an empty name', having({ taskName: '' })],
    ['a name of 257', having({ taskName: of(257) })],
    ['no name', having({ taskName: null })],
    ['another type', having({ taskType: 'DeviceReg' })],
    ['no parameters', having({ param: null })],
    ['tags that are no list', having({ tags: {} })],
    ['a tag of 129', having({ tags: [{ tagName: of(129), tagValue: 'v' }] })],
    ['another way to name devices', withParam({ type: 'DeviceType' })],
    ['no devices', withParam({ deviceList: [] })],
    ['null for devices', withParam({ deviceList: null })],
    ['a device id of 65', withParam({ deviceList: [of(65)] })],
    ['an empty device id', withParam({ deviceList: [''] })],
    ['more than ten thousand devices', withParam({ deviceList: Array(MAX_DEVICES + 1).fill('d') })],
    ['maxRetransmit 4', withParam({ maxRetransmit: 4 })],
    ['a callbackUrl of another scheme', withParam({ callbackUrl: 'ftp://a/' })],
    ['no command', withParam({ command: undefined })],
    ['a method of 129', withParam({ command: { serviceId: 's', method: of(129) } })],
  ])('cannot have %s', async (_, body) => expectError(await create(body), 400, '100022'));

  it.each(['status=Done', 'pageSize=0', 'pageSize=1001', 'pageNo=-1', 'commandId=x', `deviceId=${of(65)}`])(
    'are not detailed with %s',
    async (text) => expectError(await details('x', `&${text}`), 400, '100022'),
  );

  it('are detailed whole where no page is named', () => {
    expect(queryTaskDetailsQuery.parse({ taskId: 't' })).toEqual({ taskId: 't', pageNo: 0, pageSize: 1000 });
    expect(queryTaskDetailsQuery.parse({ taskId: 't', pageNo: '2' })).toMatchObject({ pageNo: 2, pageSize: 1 });
  });
});
