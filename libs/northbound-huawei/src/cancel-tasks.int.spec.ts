import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseHex32 } from '@downlink/command-domain';
import { CancelTaskRunner } from '@downlink/command-engine';
import { startNorthbound, type RunningNorthbound } from '@downlink/northbound-kit/contracts';
import { huaweiFace } from './face.js';
import { HuaweiModule } from './huawei.module.js';
import {
  APPLICATION,
  CANCEL_TASKS,
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

const golden = readGolden<{ request: object; response: object }>('cancel-task');
const UNKNOWN_TASK = '0190163d-5c00-7000-8000-000000000000';

describe('cancel tasks', () => {
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

  const create = (body: object = golden.request, query = '') => client.call('POST', CANCEL_TASKS + query, body);
  const query = (text = '', by = client) => by.call('GET', CANCEL_TASKS + text);
  const idOf = ({ body }: JsonAnswer) => body['taskId'] as string;
  const data = ({ body }: JsonAnswer) => body['data'] as Record<string, unknown>[];
  const idsOf = (answer: JsonAnswer) => data(answer).map(({ taskId }) => taskId);
  const total = ({ body }: JsonAnswer) => (body['pagination'] as { totalSize: number }).totalSize;
  const expectError = ({ status, body }: JsonAnswer, expected: number, code: string) => {
    expect(body).toEqual({ error_code: code, error_desc: expect.any(String) });
    expect(status).toBe(expected);
  };
  /** What the schedulers do. */
  const workOff = () =>
    new CancelTaskRunner(
      running.store.cancelTasks,
      { handle: (signals) => Promise.all(signals.map((signal) => running.handle(signal))) },
      { maxTasks: 100, maxCommands: 500, batchSize: 500, claimMs: 60_000 },
    ).round();

  it('withdraws what is PENDING for the device and leaves what has been issued', async () => {
    const [sent, ...pending] = [await client.create(), await client.create(), await client.create()];
    const made = await create(golden.request, `?appId=${APPLICATION}`);
    expect(made.status).toBe(201);
    expect(Object.keys(made.body)).toEqual(Object.keys(golden.response));
    expect(made.body).toMatchObject({ appId: APPLICATION, deviceId: OWN_DEVICE, status: 'WAITTING', totalCount: 2 });
    expect(made.body['deviceCommands']).toMatchObject(
      pending.map(({ body }) => ({ commandId: body['commandId'], status: 'PENDING', result: null })),
    );
    await workOff();
    const [task] = data(await query(`?taskId=${idOf(made)}`));
    expect(task).toMatchObject({ status: 'SUCCESS', totalCount: 2 });
    expect(task!['deviceCommands']).toMatchObject([{ status: 'CANCELED' }, { status: 'CANCELED' }]);
    const issued = await running.ports.reader.head(parseHex32(sent!.body['commandId'] as string)!);
    expect(issued!.state.status).toBe('sending');
  });

  it('is a SUCCESS when nothing is queued, in the members of the vendor’s table', async () => {
    const made = await create({ deviceId: MODELLED_DEVICE });
    expect(made.body).toEqual({
      ...golden.response,
      taskId: expect.any(String),
      deviceId: MODELLED_DEVICE,
      status: expect.stringMatching(/^(WAITTING|SUCCESS)$/),
    });
    await workOff();
    expect(data(await query(`?taskId=${idOf(made)}`))).toMatchObject([{ status: 'SUCCESS', totalCount: 0 }]);
  });

  it('is found by device, status, time and page, newest first', async () => {
    const ids = [idOf(await create({ deviceId: MODELLED_DEVICE })), idOf(await create({ deviceId: MODELLED_DEVICE }))];
    const of = `?deviceId=${MODELLED_DEVICE}`;
    const all = await query(of);
    expect(idsOf(all).slice(0, 2)).toEqual(ids.toReversed());
    expect(total(all)).toBe(data(all).length);
    expect(idsOf(await query(`${of}&pageNo=1&pageSize=1`))).toEqual([ids[0]]);
    await workOff();
    expect(idsOf(await query(`${of}&status=SUCCESS`))).toEqual(idsOf(all));
    expect(data(await query(`${of}&status=WAITING`))).toEqual([]);
    expect(data(await query(`${of}&endTime=20170222T164000Z`))).toEqual([]);
    expect(idsOf(await query(`?taskId=${ids[0]!}&status=SUCCESS${of.replace('?', '&')}`))).toEqual([ids[0]]);
    for (const other of [`&deviceId=${OWN_DEVICE}`, '&status=FAILED', '&endTime=20170222T164000Z']) {
      expect(data(await query(`?taskId=${ids[0]!}${other}`))).toEqual([]);
    }
    expect(total(await query(`?taskId=${ids[0]!}&pageNo=1`))).toBe(1);
  });

  it('is nobody else’s affair', async () => {
    const made = await create({ deviceId: MODELLED_DEVICE });
    expect(data(await query(`?taskId=${idOf(made)}`, foreigner))).toEqual([]);
    expect(data(await query('', foreigner))).toEqual([]);
    expectError(await query(`?deviceId=${MODELLED_DEVICE}`, foreigner), 200, '100418');
    expectError(await create({ deviceId: FOREIGN_DEVICE }), 200, '100418');
    expectError(await create({ deviceId: 'nobody-has-this' }), 200, '100418');
    expectError(await create(golden.request, `?appId=${FOREIGN_APPLICATION}`), 200, '100217');
    expectError(await query(`?appId=${FOREIGN_APPLICATION}`), 200, '100217');
    expectError(await query('?appId=unknown'), 200, '100203');
    expect(data(await query(`?taskId=${UNKNOWN_TASK}`))).toEqual([]);
  });

  it.each<[string, object]>([
    ['no device', {}],
    ['null for a device', { deviceId: null }],
    ['a device that is no text', { deviceId: 1 }],
    ['an empty device', { deviceId: '' }],
    ['a device of 65 characters', { deviceId: 'x'.repeat(65) }],
    ['a list', []],
  ])('is not made with %s', async (_, body) => expectError(await create(body), 400, '100022'));

  it.each(['status=DONE', 'pageSize=0', 'pageSize=1001', 'pageNo=-1', 'startTime=now', `taskId=${'x'.repeat(65)}`])(
    'is not looked for with %s',
    async (text) => expectError(await query(`?${text}`), 400, '100022'),
  );
});
