import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Fault, type Outcome } from '@downlink/command-engine';
import { exchange, startNorthbound, type RunningNorthbound } from '@downlink/northbound-kit/contracts';
import { huaweiFace } from './face.js';
import { HuaweiModule } from './huawei.module.js';
import {
  APPLICATION,
  declareSpecimens,
  FOREIGN_APPLICATION,
  HuaweiClient,
  logIn,
  MODELLED_DEVICE,
  OWN_DEVICE,
  type JsonAnswer,
} from './spec-support/huawei-client.js';

/** Code and HTTP status of every row of the error table of Creating Device Commands v1.4.0. */
const CREATING = `200 100203, 200 100217, 200 100418, 200 100428, 200 100431, 400 100022, 400 100223, 403 100217, 403 100612,
  403 1010009, 403 1010005, 500 100001, 500 100023, 500 100220, 500 101016, 500 101017, 503 100501`;
/** Of Calling Device Services, on the wire sendCommand. */
const CALLING = `200 100203, 200 100217, 200 100418, 200 100428, 200 100432, 400 100022, 400 102203, 403 100450, 403 1010009,
  403 1010005, 404 100444, 500 100001, 500 100023, 500 50252, 503 100501`;
const rows = (table: string) => table.split(',').map((row) => row.trim());

/** The room's README says why no condition of ours leads to these. */
const WITHOUT_A_CONDITION = ['500 100023', '500 101016', '500 101017', '500 50252'];
/** The call that has nothing to do with the code, although its table lists it. */
const ELSEWHERE = ['creating 200 100428'];
/** Needs a fault of ours, which stops every other spec here. */
const OUR_FAULT = '500 100001';
/** Answered with another status, as the README says. */
const OTHER_STATUS: Readonly<Record<string, string>> = { '500 100220': '400 100220' };

const THROTTLED = 'throttled';
const SMALL = 'small';
const SILENT_DEVICE = 'silent';
const FULL_DEVICE = 'full';
const AWAY_DEVICE = 'away';

describe('documented errors', () => {
  let running: RunningNorthbound;
  let client: HuaweiClient;
  let throttled: HuaweiClient;
  let small: HuaweiClient;
  let submit: (() => Promise<Outcome>) | undefined;

  beforeAll(async () => {
    running = await startNorthbound([huaweiFace], (ports) =>
      HuaweiModule.forRoot(
        {
          ...ports,
          commands: Object.assign(Object.create(ports.commands) as typeof ports.commands, {
            submit: (...call: Parameters<typeof ports.commands.submit>) => submit?.() ?? ports.commands.submit(...call),
          }),
        },
        { zombieAfterMs: 1, delivery: { laneCap: 1 } },
      ),
    );
    await declareSpecimens(running);
    const application = (id: string, more: object) => ({
      id,
      name: id,
      credentials: { huawei: { secret: id } },
      ...more,
    });
    const device = (id: string, applicationId = APPLICATION, productKey = 'lamp') => ({
      id,
      applicationId,
      productKey,
      name: '',
      activated: true,
    });
    await running.ports.registry.apply({
      applications: [
        application(THROTTLED, { callsPerMinute: 1 }),
        application(SMALL, { methods: { allow: [], deny: ['Brightness.SET'] } }),
      ],
      products: [{ key: SMALL, applicationId: SMALL, name: '', wireFormat: 'native', model: null }],
      devices: [device(SILENT_DEVICE), device(FULL_DEVICE), device(AWAY_DEVICE), device(SMALL, SMALL, SMALL)],
    });
    for (const id of [SILENT_DEVICE, AWAY_DEVICE]) {
      await running.handle({ kind: 'device-reachable', deviceId: id });
      await running.handle({ kind: 'device-unreachable', deviceId: id });
    }
    client = await HuaweiClient.of(running.url);
    const of = async (id: string) =>
      new HuaweiClient(running.url, { app_key: id, authorization: `Bearer ${await logIn(running.url, id, id)}` });
    [throttled, small] = [await of(THROTTLED), await of(SMALL)];
    for (let i = 0; i < 2; i++) await client.create({ deviceId: FULL_DEVICE });
  });
  afterAll(() => running.stop());

  const away = () => Promise.reject(new Fault('store-unavailable', 'away', { retryable: true }));
  const during = async (failure: () => Promise<Outcome>, call: () => Promise<unknown>) => {
    submit = failure;
    try {
      return await call();
    } finally {
      submit = undefined;
    }
  };
  const command = (serviceId: string, method = 'SET') => ({
    deviceId: MODELLED_DEVICE,
    command: { serviceId, method },
  });
  const sendTo = (deviceId: string, over: { service?: string; header?: object; query?: string } = {}, by = client) =>
    by.call(
      'POST',
      `/iocm/app/signaltrans/v1.1.0/devices/${deviceId}/services/${over.service ?? 'Brightness'}/sendCommand${over.query ?? ''}`,
      { header: { mode: 'NOACK', method: 'SET', ...over.header }, body: null },
    );
  /** One call a minute: the second is refused, or the third when a minute ends in between. */
  const untilRefused = async (call: () => Promise<JsonAnswer>) => {
    for (let calls = 1; calls < 3; calls++) {
      const answer = await call();
      if (answer.status === 403) return answer;
    }
    return call();
  };
  const withHeaders = (headers: Record<string, string>) => new HuaweiClient(running.url, headers);
  const badToken = () => withHeaders({ app_key: APPLICATION, authorization: 'Bearer wrong' });

  const CASES: Readonly<Record<string, () => Promise<unknown>>> = {
    'creating 200 100203': () => client.create({}, '?appId=nobody'),
    'creating 200 100217': () => client.create({}, `?appId=${FOREIGN_APPLICATION}`),
    'creating 200 100418': () => client.create({ deviceId: 'nobody' }),
    'creating 200 100431': () => client.create(command('x')),
    'creating 400 100022': () => client.create({ maxRetransmit: 4 }),
    'creating 400 100223': () => client.create({ deviceId: FULL_DEVICE }),
    'creating 403 100612': () => client.create({ deviceId: SILENT_DEVICE }),
    'creating 403 1010009': () => untilRefused(() => throttled.create()),
    'creating 403 1010005': () => badToken().create(),
    'creating 400 100220': () => withHeaders({}).create(),
    'creating 503 100501': () => during(away, () => client.create()),
    'creating 403 100217': () =>
      client.call('POST', `/iocm/app/reg/v1.1.0/deviceCredentials?appId=${FOREIGN_APPLICATION}`, { nodeId: 'n' }),
    'calling 200 100203': () => sendTo(OWN_DEVICE, { query: '?appId=nobody' }),
    'calling 200 100217': () => sendTo(OWN_DEVICE, { query: `?appId=${FOREIGN_APPLICATION}` }),
    'calling 200 100418': () => sendTo('nobody'),
    'calling 200 100428': () => sendTo(AWAY_DEVICE),
    'calling 200 100432': () => sendTo(SMALL, {}, small),
    'calling 400 100022': () => sendTo(OWN_DEVICE, { header: { mode: 'MAYBE' } }),
    'calling 400 102203': () => sendTo(MODELLED_DEVICE, { header: { method: 'x' } }),
    'calling 403 100450': () => sendTo(AWAY_DEVICE, { header: { toType: 'GATEWAY' } }),
    'calling 403 1010009': () => untilRefused(() => sendTo(OWN_DEVICE, {}, throttled)),
    'calling 403 1010005': () => sendTo(OWN_DEVICE, {}, badToken()),
    'calling 404 100444': () => sendTo(MODELLED_DEVICE, { service: 'x' }),
    'calling 503 100501': () => during(away, () => sendTo(OWN_DEVICE)),
  };

  it.each(Object.keys(CASES))('%s', async (name) => {
    const [, status, code] = name.split(' ');
    expect(await CASES[name]!()).toMatchObject({ status: Number(status), body: { error_code: code } });
  });

  it.each([
    ['creating', CREATING],
    ['calling', CALLING],
  ])('of %s are all produced, or without a condition', (call, table) => {
    for (const row of rows(table)) {
      if (row === OUR_FAULT || WITHOUT_A_CONDITION.includes(row) || ELSEWHERE.includes(`${call} ${row}`)) continue;
      expect(Object.keys(CASES)).toContain(`${call} ${OTHER_STATUS[row] ?? row}`);
    }
  });

  it('are all in the README, each with its condition or why there is none', () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
    const codes = [...rows(CREATING), ...rows(CALLING)].map((row) => row.split(' ')[1]!);
    expect(codes.filter((code) => !readme.includes(`| ${code} |`))).toEqual([]);
  });

  it('are JSON with a Content-Type, like every other answer that has a body', async () => {
    const headers = { app_key: APPLICATION, authorization: `Bearer ${await logIn(running.url)}` };
    for (const path of ['/iocm/app/dm/v1.4.0/devices?pageNo=0', '/iocm/app/cmd/v1.4.0/deviceCommands', '/iocm/app/x']) {
      const { contentType, body } = await exchange(running.url, { method: 'GET', path, headers });
      expect(contentType).toBe('application/json; charset=utf-8');
      expect(() => JSON.parse(body) as unknown).not.toThrow();
    }
  });
});

it('500 100001 is the answer to a fault of ours, which is logged as one', async () => {
  const fault = () => Promise.reject(new Fault('secrets-key', 'wrong', { retryable: false }));
  const running = await startNorthbound([huaweiFace], (ports) =>
    HuaweiModule.forRoot({
      ...ports,
      commands: Object.assign(Object.create(ports.commands) as typeof ports.commands, { submit: fault }),
    }),
  );
  await declareSpecimens(running);
  const client = await HuaweiClient.of(running.url);
  expect(await client.create()).toMatchObject({ status: 500, body: { error_code: '100001' } });
  const path = `/iocm/app/signaltrans/v1.1.0/devices/${OWN_DEVICE}/services/s/sendCommand`;
  const sent = await client.call('POST', path, { header: { mode: 'ACK', method: 'm' } });
  expect(sent).toMatchObject({ status: 500, body: { error_code: '100001' } });
  await expect(running.stop()).rejects.toThrow('requests failed through our fault');
});
