import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { parseHex32, type Signal } from '@downlink/command-domain';
import { startNorthbound, type RunningNorthbound } from '@downlink/northbound-kit/contracts';
import { eventually } from '@downlink/testing';
import { huaweiFace } from './face.js';
import { HuaweiModule } from './huawei.module.js';
import {
  COMMANDS,
  declareSpecimens,
  FOREIGN_APPLICATION,
  FOREIGN_DEVICE,
  HuaweiClient,
  MODELLED_DEVICE,
  OWN_DEVICE,
  type JsonAnswer,
} from './spec-support/huawei-client.js';
import { readGolden } from './spec-support/read-golden.js';

const dimmed = (paras: object | null) => ({
  deviceId: MODELLED_DEVICE,
  command: { serviceId: 'Brightness', method: 'DIM', paras },
});
const TIME = /^\d{8}T\d{6}Z$/;

describe('device commands', () => {
  let running: RunningNorthbound;
  let client: HuaweiClient;

  beforeAll(async () => {
    running = await startNorthbound([huaweiFace], (ports) => HuaweiModule.forRoot(ports));
    await declareSpecimens(running);
    client = await HuaweiClient.of(running.url);
  });
  afterAll(() => running.stop());

  /** Empties the lane: what is in flight is answered, and so is what follows it. */
  afterEach(async () => {
    for (let left = 100; left > 0; left--) {
      const lane = await running.ports.reader.lane(OWN_DEVICE);
      if (!lane?.inFlight) return;
      await answered(lane.inFlight);
    }
    throw new Error('the lane does not become empty');
  });

  const about = (hex: string) => ({ commandId: parseHex32(hex)!, deviceId: OWN_DEVICE });
  const handle = (signal: Signal) => running.handle(signal);
  const answered = (commandId: NonNullable<ReturnType<typeof parseHex32>>, result: object = { level: 7 }) =>
    handle({
      kind: 'device-answered',
      commandId,
      deviceId: OWN_DEVICE,
      answer: { outcome: 'succeeded', result: { ...result } },
    });
  const idOf = ({ body }: JsonAnswer) => body['commandId'] as string;
  const shown = async (hex: string) => {
    const { body } = await client.query(`?deviceId=${OWN_DEVICE}`);
    return (body['data'] as Record<string, unknown>[]).find(({ commandId }) => commandId === hex);
  };
  const expectError = (answer: JsonAnswer, status: number, code: string) => {
    expect(answer.body).toEqual({ error_code: code, error_desc: expect.any(String) });
    expect(answer.status).toBe(status);
  };

  describe('create', () => {
    it('to an idle device is answered as SENT, with its first issue', async () => {
      const answer = await client.create();
      expect(answer.status).toBe(201);
      expect(answer.body).toEqual({
        commandId: expect.stringMatching(/^[0-9a-f]{32}$/),
        appId: 'app-1',
        deviceId: OWN_DEVICE,
        command: { serviceId: 'Brightness', method: 'SET', paras: { level: 7 } },
        callbackUrl: null,
        expireTime: null,
        status: 'SENT',
        creationTime: expect.stringMatching(TIME),
        executeTime: null,
        platformIssuedTime: expect.stringMatching(TIME),
        deliveredTime: null,
        issuedTimes: 1,
        maxRetransmit: null,
      });
    });

    it('to a busy device is answered as PENDING, in the words of the vendor’s sample', async () => {
      await client.create();
      const { status, body } = await client.create({ expireTime: 600, maxRetransmit: 2 });
      expect(status).toBe(201);
      expect(Object.keys(body)).toEqual(Object.keys(readGolden<{ response: object }>('create-command').response));
      expect(body).toMatchObject({ status: 'PENDING', expireTime: 600, maxRetransmit: 2, issuedTimes: null });
    });

    it('with expireTime 0 is SENT at once, whatever the queue holds', async () => {
      await client.create();
      const { body } = await client.create({ expireTime: 0 });
      expect(body).toMatchObject({ status: 'SENT', expireTime: 0 });
      await answered(parseHex32(body['commandId'] as string)!);
    });

    it('takes what the official Python SDK sends', async () => {
      const { request } = readGolden<{ request: object }>('create-command-python-sdk');
      expect((await client.create({ ...request, deviceId: OWN_DEVICE })).status).toBe(201);
    });

    it('takes the 20th queued command and refuses the 21st with 100223', async () => {
      await client.create();
      for (let queued = 1; queued <= 20; queued++)
        expect((await client.create()).body).toMatchObject({ status: 'PENDING' });
      expectError(await client.create(), 400, '100223');
    });

    it('takes exactly 20 of 40 concurrent ones when one is under way', async () => {
      await client.create();
      const answers = await Promise.all(Array.from({ length: 40 }, () => client.create()));
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(20);
      expect(answers.filter(({ body }) => body['error_code'] === '100223')).toHaveLength(20);
    });

    it.each<[string, object, string, [number, string]]>([
      ['an unknown device', { deviceId: 'nobody' }, '', [200, '100418']],
      ['a foreign device', { deviceId: FOREIGN_DEVICE }, '', [200, '100418']],
      ['an unknown application in the query', {}, '?appId=nobody', [200, '100203']],
      ['a foreign application in the query', {}, `?appId=${FOREIGN_APPLICATION}`, [200, '100217']],
      ['two applications in the query', {}, '?appId=app-1&appId=app-1', [400, '100022']],
      [
        'a service that the model lacks',
        { deviceId: MODELLED_DEVICE, command: { serviceId: 'x', method: 'SET' } },
        '',
        [200, '100431'],
      ],
      [
        'a method that the model lacks',
        { deviceId: MODELLED_DEVICE, command: { serviceId: 'Brightness', method: 'x' } },
        '',
        [400, '102203'],
      ],
      ['a parameter out of its range', dimmed({ level: 101 }), '', [400, '100022']],
      ['a parameter that is missing', dimmed(null), '', [400, '100022']],
      ['a parameter that the model lacks', dimmed({ level: 1, x: 1 }), '', [400, '100022']],
      ['maxRetransmit 4', { maxRetransmit: 4 }, '', [400, '100022']],
    ])('refuses %s and stores nothing', async (_, over, query, [status, code]) => {
      const before = running.facts.length;
      expectError(await client.create(over, query), status, code);
      expect(running.facts).toHaveLength(before);
    });

    it.each(['?appId=app-1', '?appId=', '?&appId=app-1'])('takes %s for the caller itself', async (query) => {
      expect((await client.create({}, query)).status).toBe(201);
    });

    it('takes a service that the model has, with parameters that fit it', async () => {
      expect((await client.create({ deviceId: MODELLED_DEVICE })).body).toMatchObject({ status: 'SENT' });
      expect((await client.create(dimmed({ level: 100 }))).status).toBe(201);
    });

    it('answers a parameter named error_code without that text, by which the Java SDK knows errors', async () => {
      const command = { serviceId: 'a', method: 'b', paras: { error_code: '1' } };
      const { text, body } = await client.create({ command });
      expect(text).not.toContain('error_code');
      expect(body).toMatchObject({ command });
    });
  });

  describe('query', () => {
    it('follows a command through its states', async () => {
      const hex = idOf(await client.create({ callbackUrl: 'http://127.0.0.1:9/x' }));
      await handle({ ...about(hex), kind: 'broker-accepted', attempt: 1 });
      expect(await shown(hex)).toMatchObject({ status: 'SENT', issuedTimes: 1, result: null, expireTime: 172_800 });
      await handle({ ...about(hex), kind: 'device-acknowledged' });
      expect(await shown(hex)).toMatchObject({ status: 'DELIVERED', deliveredTime: expect.stringMatching(TIME) });
      await answered(parseHex32(hex)!, { level: 9 });
      expect(await shown(hex)).toMatchObject({
        status: 'SUCCESSFUL',
        executeTime: expect.stringMatching(TIME),
        result: { resultCode: 'SUCCESSFUL', resultDetail: { level: 9 } },
        callbackUrl: 'http://127.0.0.1:9/x',
        maxRetransmit: 3,
      });
    });

    it('counts issues: not those that reached nobody, and each retransmission', async () => {
      const delivery = { firstWaitMs: 50, waitJitter: 0 };
      const quick = await startNorthbound([huaweiFace], (ports) => HuaweiModule.forRoot(ports, { delivery }));
      try {
        await declareSpecimens(quick);
        const caller = await HuaweiClient.of(quick.url);
        const hex = idOf(await caller.create());
        const seen = async () => ((await caller.query(`?deviceId=${OWN_DEVICE}`)).body['data'] as object[])[0];
        await quick.handle({
          ...about(hex),
          kind: 'broker-refused',
          attempt: 1,
          reason: 'no-subscriber',
          detail: null,
        });
        expect(await seen()).toMatchObject({ status: 'PENDING', issuedTimes: null, platformIssuedTime: null });
        await quick.handle({ kind: 'device-reachable', deviceId: OWN_DEVICE });
        await quick.store.attemptClaims.claim([{ commandId: about(hex).commandId, attempt: 2 }]);
        expect(await seen()).toMatchObject({ status: 'SENT', issuedTimes: 1, platformIssuedTime: expect.any(String) });
        await quick.handle({ ...about(hex), kind: 'broker-accepted', attempt: 2 });
        await eventually(async () => {
          await quick.handle({ ...about(hex), kind: 'time-due' });
          expect(await seen()).toMatchObject({ status: 'SENT', issuedTimes: 2 });
        });
      } finally {
        await quick.stop();
      }
    });

    it('pages newest first, with the query string of the official Python SDK', async () => {
      const ids = [idOf(await client.create()), idOf(await client.create()), idOf(await client.create())];
      const golden = readGolden<{ path: string }>('query-commands');
      const { status, body } = await client.call('GET', golden.path);
      expect(status).toBe(200);
      const { totalSize, ...pagination } = body['pagination'] as { totalSize: number };
      expect(pagination).toEqual({ pageNo: 0, pageSize: 2 });
      expect(totalSize).toBeGreaterThanOrEqual(3);
      const idsOf = (page: JsonAnswer['body']) =>
        (page['data'] as { commandId: string }[]).map(({ commandId }) => commandId);
      expect(idsOf(body)).toEqual([ids[2], ids[1]]);
      const second = await client.query(`?deviceId=${OWN_DEVICE}&pageSize=2&pageNo=1`);
      expect(idsOf(second.body)[0]).toBe(ids[0]);
    });

    it('filters by the time of creation, to the second and including both ends', async () => {
      const created = (await client.create()).body;
      const time = created['creationTime'] as string;
      const found = async (query: string) =>
        ((await client.query(query)).body['data'] as { commandId: string }[]).some(
          ({ commandId }) => commandId === created['commandId'],
        );
      expect(await found(`?startTime=${time}&endTime=${time}`)).toBe(true);
      expect(await found('?endTime=20200101T000000Z')).toBe(false);
      expect(await found('?startTime=20990101T000000Z')).toBe(false);
    });

    it.each<[string, number, string]>([
      ['?pageSize=0', 400, '100022'],
      ['?pageSize=1001', 400, '100022'],
      ['?pageNo=-1', 400, '100022'],
      ['?startTime=now', 400, '100022'],
      ['?startTime=20200102T000000Z&endTime=20200101T000000Z', 400, '100022'],
      ['?deviceId=nobody', 200, '100418'],
      [`?deviceId=${FOREIGN_DEVICE}`, 200, '100418'],
      [`?appId=${FOREIGN_APPLICATION}`, 200, '100217'],
      ['?appId=nobody', 200, '100203'],
    ])('refuses %s', async (query, status, code) => expectError(await client.query(query), status, code));
  });

  describe('modify', () => {
    it('cancels a PENDING command and answers with it', async () => {
      await client.create();
      const hex = idOf(await client.create());
      const { status, body } = await client.modify(hex);
      expect(status).toBe(200);
      expect(body).toMatchObject({ commandId: hex, status: 'CANCELED', result: null });
      expect(Object.keys(body).sort()).toEqual(
        [...readGolden<{ responseMembers: string[] }>('modify-command').responseMembers].sort(),
      );
    });

    it('refuses a command that was issued, and one that is canceled already', async () => {
      const hex = idOf(await client.create());
      expectError(await client.modify(hex), 400, '100022');
      const pending = idOf(await client.create());
      await client.modify(pending);
      expectError(await client.modify(pending), 400, '100022');
    });

    it.each([
      ['unknown', '0'.repeat(16) + '0123456789abcdef'],
      ['no id', 'x'],
      ['too large', 'f'.repeat(32)],
      ['a decimal one', '1234567890123456789'],
    ])('refuses a command id that is %s', async (_, id) => expectError(await client.modify(id), 200, '100418'));

    it.each([{}, { status: 'PENDING' }, { status: null }, { status: 'canceled' }, { status: ['CANCELED'] }])(
      'refuses the body %j',
      async (body) => {
        const hex = idOf(await client.create());
        expectError(await client.modify(hex, body), 400, '100022');
      },
    );

    it('does not find another application’s command', async () => {
      const foreign = await running.ports.commands.submit({
        ...(await running.ports.reader.head(parseHex32(idOf(await client.create()))!))!.state.request,
        applicationId: FOREIGN_APPLICATION,
        deviceId: FOREIGN_DEVICE,
      });
      if (foreign.kind !== 'committed' || foreign.head === null) throw new Error('not accepted');
      const hex = BigInt(foreign.head.commandId).toString(16).padStart(32, '0');
      expectError(await client.modify(hex), 200, '100418');
      const { body } = await client.query();
      expect((body['data'] as { deviceId: string }[]).map(({ deviceId }) => deviceId)).not.toContain(FOREIGN_DEVICE);
    });
  });

  it('says what was wrong in a header of ours, since the vendor’s body has no room for it', async () => {
    const response = await fetch(running.url + COMMANDS);
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ error_code: '100220', error_desc: 'Get AppKey from header failed.' });
  });
});
