import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { CommandId, Signal } from '@downlink/command-domain';
import { startNorthbound, type RunningNorthbound } from '@downlink/northbound-kit/contracts';
import { eventually } from '@downlink/testing';
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

const golden = readGolden<{
  path: string;
  request: { header: Record<string, unknown>; body: object };
  response: object;
}>('send-command');
const TIME = /^\d{8}T\d{6}Z$/;
const pathOf = (deviceId: string, serviceId = 'Brightness') =>
  `/iocm/app/signaltrans/v1.1.0/devices/${deviceId}/services/${serviceId}/sendCommand`;

describe('sendCommand', () => {
  let running: RunningNorthbound;
  let client: HuaweiClient;
  let before: number;

  beforeAll(async () => {
    running = await startNorthbound([huaweiFace], (ports) => HuaweiModule.forRoot(ports, { receiptWithinMs: 700 }));
    await declareSpecimens(running);
    client = await HuaweiClient.of(running.url);
  });
  afterAll(() => running.stop());
  beforeEach(async () => {
    await running.handle({ kind: 'device-reachable', deviceId: OWN_DEVICE });
    before = running.facts.length;
  });

  let made = 0;
  const headed = (over: object = {}) => ({
    ...golden.request,
    header: { ...golden.request.header, requestId: `r-${(made += 1)}`, ...over },
  });
  const call = (body: object, path = golden.path, by = client) => by.call('POST', path, body);
  const expectError = ({ status, body }: JsonAnswer, expected: number, code: string) => {
    expect(body).toEqual({ error_code: code, error_desc: expect.any(String) });
    expect(status).toBe(expected);
  };
  const newFacts = () => running.facts.slice(before);
  const idOfLast = () => running.facts.findLast(({ event }) => event.type === 'CommandAccepted')!.commandId;
  const about = (commandId: CommandId) => ({ commandId, deviceId: OWN_DEVICE });
  /** What happens once the call has been accepted. */
  const meanwhile = async (...signals: ((commandId: CommandId) => Signal)[]) => {
    await eventually(() => expect(newFacts().map(({ event }) => event.type)).toContain('AttemptStarted'), {
      everyMs: 5,
    });
    for (const signal of signals) await running.handle(signal(idOfLast()));
  };

  it('is issued at once, past the queue, and answers with both spellings of the time', async () => {
    await client.create();
    before = running.facts.length;
    const { status, body } = await call(golden.request);
    expect(status).toBe(200);
    expect(Object.keys(body)).toEqual(Object.keys(golden.response));
    const time = expect.stringMatching(TIME);
    expect(body).toEqual({ ...golden.response, timestamp: time, timeStamp: time });
    expect(body['timestamp']).toBe(body['timeStamp']);
    expect(newFacts().map(({ event }) => event.type)).toEqual(['CommandAccepted', 'AttemptStarted']);
    expect(newFacts()[0]!.request).toMatchObject({
      service: 'Brightness',
      method: 'DISCOVERY',
      parameters: golden.request.body,
      mode: 'immediate',
      policy: { maxRetransmit: 0, immediate: 'bypass' },
      callback: { url: golden.request.header['callbackURL'], format: 'huawei-signaltrans' },
    });
  });

  describe('names the command', () => {
    it('by the requestId of the call', async () => {
      const body = headed();
      expect((await call(body)).body['requestId']).toBe(body.header.requestId);
    });

    it.each([null, undefined, ''])('by a sequence number of ours when the requestId is %j', async (requestId) => {
      const { body } = await call(headed({ requestId }));
      expect(body['requestId']).toBe(idOfLast());
    });

    it('in the same way when nothing is said of the recipient', async () => {
      const { body } = await call(headed({ toType: null, requestId: 'mine' }));
      expect(body).toMatchObject({ requestId: 'mine', status: 'sent' });
    });

    it('not at all for toType CLOUD', async () => {
      const answer = call(headed({ toType: 'CLOUD' }));
      await meanwhile((id) => ({ kind: 'device-acknowledged', ...about(id) }));
      expect((await answer).body['requestId']).toBeNull();
    });
  });

  describe('with a requestId that was used before', () => {
    it('is the same command when the call is the same, and nothing is sent again', async () => {
      const body = headed();
      const first = await call(body);
      const facts = running.facts.length;
      expect((await call(body)).body).toEqual(first.body);
      expect(running.facts).toHaveLength(facts);
    });

    it('is refused with 100022 when the call is another one', async () => {
      const body = headed();
      await call(body);
      before = running.facts.length;
      expectError(await call({ ...body, body: { level: 2 } }), 400, '100022');
      expectError(await call(body, pathOf(OWN_DEVICE, 'Other')), 400, '100022');
      expect(newFacts()).toEqual([]);
    });

    it('is nobody else’s affair: another application may use it too', async () => {
      const body = headed();
      await call(body);
      const token = await logIn(running.url, FOREIGN_APPLICATION, 'another');
      const headers = { app_key: FOREIGN_APPLICATION, authorization: `Bearer ${token}` };
      const foreign = await call(
        { ...body, body: { level: 2 } },
        pathOf(FOREIGN_DEVICE),
        new HuaweiClient(running.url, headers),
      );
      expect(foreign.body).toMatchObject({ requestId: body.header.requestId, status: 'sent' });
    });

    it('takes one of twenty calls that race', async () => {
      const body = headed();
      const answers = await Promise.all(Array.from({ length: 20 }, () => call(body)));
      expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
      expect(newFacts().filter(({ event }) => event.type === 'CommandAccepted')).toHaveLength(1);
    });
  });

  describe('to the cloud', () => {
    it('answers delivered as soon as the device has acknowledged', async () => {
      const begin = performance.now();
      const answer = call(headed({ toType: 'CLOUD' }));
      await meanwhile((id) => ({ kind: 'device-acknowledged', ...about(id) }));
      expect((await answer).body).toMatchObject({ status: 'delivered', timestamp: expect.stringMatching(TIME) });
      expect(performance.now() - begin).toBeLessThan(700);
    });

    it('answers delivered when the device answers at once, also that it could not do it', async () => {
      const answer = call(headed({ toType: 'CLOUD' }));
      const failed = { outcome: 'failed', result: { reason: 'x' }, code: '7' } as const;
      await meanwhile((id) => ({ kind: 'device-answered', ...about(id), answer: failed }));
      expect((await answer).body).toMatchObject({ status: 'delivered' });
    });

    it('answers failed when no receipt came in its time, which is the command’s own', async () => {
      const answer = call(headed({ toType: 'CLOUD' }));
      await meanwhile((id) => ({ kind: 'broker-accepted', ...about(id), attempt: 1 }));
      await eventually(async () => {
        await running.handle({ kind: 'time-due', ...about(idOfLast()) });
        expect(newFacts().map(({ event }) => event.type)).toContain('CommandTimedOut');
      });
      expect((await answer).body).toMatchObject({ status: 'failed' });
    });

    it('does not wait for ever where nobody fires the deadline: it was sent, and more is not known', async () => {
      const begin = performance.now();
      expect((await call(headed({ toType: 'CLOUD' }))).body).toMatchObject({ status: 'sent' });
      expect(performance.now() - begin).toBeGreaterThan(700);
    }, 10_000);
  });

  describe('while the device is away', () => {
    beforeEach(async () => {
      await running.handle({ kind: 'device-unreachable', deviceId: OWN_DEVICE });
      before = running.facts.length;
    });

    it.each<[string | null, number, string]>([
      ['GATEWAY', 403, '100450'],
      ['CLOUD', 200, '100428'],
      [null, 200, '100428'],
    ])('is refused: toType %s', async (toType, status, code) => {
      expectError(await call(headed({ toType })), status, code);
      expect(newFacts()).toEqual([]);
    });

    it('leaves the requestId free: nothing was sent under it', async () => {
      const body = headed();
      await call(body);
      await running.handle({ kind: 'device-reachable', deviceId: OWN_DEVICE });
      expect((await call(body)).body).toMatchObject({ status: 'sent' });
    });
  });

  it('is tried where nothing reports presence', async () => {
    const path = pathOf(MODELLED_DEVICE);
    expect((await call(headed({ method: 'SET', requestId: 'x-1' }), path)).body).toMatchObject({ status: 'sent' });
  });

  it.each<[string, string, object, [number, string]]>([
    ['an unknown device', pathOf('nobody'), {}, [200, '100418']],
    ['a foreign device', pathOf(FOREIGN_DEVICE), {}, [200, '100418']],
    ['a device id of 65 characters', pathOf('x'.repeat(65)), {}, [400, '100022']],
    ['a service id of 65 characters', pathOf(OWN_DEVICE, 'x'.repeat(65)), {}, [400, '100022']],
    ['an unknown application in the query', `${golden.path}?appId=nobody`, {}, [200, '100203']],
    ['a foreign application in the query', `${golden.path}?appId=${FOREIGN_APPLICATION}`, {}, [200, '100217']],
    ['a service that the model lacks', pathOf(MODELLED_DEVICE, 'x'), { method: 'SET' }, [404, '100444']],
    ['a method that the model lacks', pathOf(MODELLED_DEVICE), { method: 'x' }, [400, '102203']],
    ['parameters that do not fit the model', pathOf(MODELLED_DEVICE), { method: 'DIM' }, [400, '100022']],
    ['mode YES', golden.path, { mode: 'YES' }, [400, '100022']],
  ])('refuses %s and stores nothing', async (_, path, over, [status, code]) => {
    expectError(await call(headed(over), path), status, code);
    expect(newFacts()).toEqual([]);
  });

  it('takes the appId of the caller itself', async () => {
    expect((await call(headed(), `${golden.path}?appId=${APPLICATION}`)).status).toBe(200);
  });

  it('is seen among the application’s commands, with the callback that it was given', async () => {
    await call(headed());
    const [newest] = (await client.query(`?deviceId=${OWN_DEVICE}&pageSize=1`)).body['data'] as object[];
    expect(newest).toMatchObject({ status: 'SENT', expireTime: 0, callbackUrl: golden.request.header['callbackURL'] });
  });
});
