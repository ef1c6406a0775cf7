import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import {
  entriesOf,
  FOREIGN,
  idOf,
  MODELLED,
  OWN,
  type JsonAnswer,
  type QuectelClient,
} from './spec-support/quectel-client.js';
import type { RunningNorthbound } from '@downlink/northbound-kit/contracts';
import { readGolden } from './spec-support/read-golden.js';
import { codesOf, Sending, ticketOf } from './spec-support/sending.js';

interface Golden {
  readonly path: string;
  readonly request: Record<string, unknown>;
  readonly response: { readonly data: readonly Record<string, unknown>[] };
  readonly parameters?: Record<string, unknown>;
}

const TICKET = /^\d{19}$/;
const STEADY = { productKey: 'PK0002', devices: ['DK00002'] };

describe('sending data to devices', () => {
  let sending: Sending;
  let running: RunningNorthbound;
  let client: QuectelClient;

  beforeAll(async () => {
    sending = await Sending.start({ delivery: { laneCap: 3 } });
    ({ running, client } = sending);
  });
  afterAll(() => running.stop());
  afterEach(() => sending.settle([OWN.deviceKey, MODELLED.deviceKey, 'DK00003']));

  it.each(['send-service-data', 'raw-send-data', 'read-data', 'write-data'])(
    'answers %s as its golden exchange says, but for the ticket',
    async (name) => {
      const { path, request, response, parameters } = readGolden<Golden>(name);
      const answer = await client.call('POST', path, request);
      const [entry] = response.data;
      expect(answer).toMatchObject({ status: 200, code: 200 });
      expect(answer.body).toEqual({ ...response, data: [{ ...entry, ticket: expect.stringMatching(TICKET) }] });
      expect(Object.keys(entriesOf(answer)[0]!).toSorted()).toEqual(Object.keys(entry!).toSorted());
      if (parameters) expect((await sending.stateOf(answer)).request.parameters).toEqual(parameters);
    },
  );

  describe('delivery', () => {
    it('without cache starts at once, past what is queued', async () => {
      await client.service({ isCache: true });
      const answer = await client.service();
      expect(await sending.stateOf(answer)).toMatchObject({
        status: 'sending',
        request: { mode: 'immediate', service: 'fuwu', method: 'invoke', parameters: { raw1: 'AA' } },
      });
      await sending.answered(ticketOf(answer));
    });

    it('without cache is refused with 61002 while the device is known to be away', async () => {
      await running.handle({ kind: 'device-unreachable', deviceId: idOf(OWN.deviceKey) });
      expect(entriesOf(await client.service())).toEqual([
        { code: 61002, ...OWN, ticket: null, message: expect.stringMatching(/./) },
      ]);
    });

    it.each<[string, object, number]>([
      ['600 s when nothing is said', {}, 600_000],
      ['600 s for null', { cacheTime: null }, 600_000],
      ['as long as cacheTime says', { cacheTime: 360 }, 360_000],
      ['as long as its digits say', { cacheTime: '360' }, 360_000],
    ])('with cache waits %s, also for a device that is away', async (_, over, lifetimeMs) => {
      await running.handle({ kind: 'device-unreachable', deviceId: idOf(OWN.deviceKey) });
      const answer = await client.service({ isCache: true, ...over });
      expect(await sending.stateOf(answer)).toMatchObject({
        status: 'queued',
        request: { mode: 'cached', lifetimeMs },
      });
    });

    it.each<[unknown, number]>([
      [undefined, 3],
      [null, 3],
      [1, 3],
      ['1', 3],
      [0, 0],
    ])('with qos %j makes %d resends', async (qos, maxRetransmit) => {
      const answer = await client.service({ isCache: true, qos });
      expect((await sending.stateOf(answer)).request.policy.maxRetransmit).toBe(maxRetransmit);
    });

    it('refuses what the queue cannot hold with 61006', async () => {
      await client.service({ isCache: true });
      for (let queued = 1; queued <= 3; queued++)
        expect(codesOf(await client.service({ isCache: true }))).toEqual([200]);
      expect(codesOf(await client.service({ isCache: true }))).toEqual([61006]);
    });
  });

  describe('isCover', () => {
    const write = (data: object[], over: object = {}) =>
      client.tsl('writeData', data, { ...STEADY, isCache: true, ...over });
    const away = () => running.handle({ kind: 'device-unreachable', deviceId: idOf(MODELLED.deviceKey) });
    const statuses = async (...answers: JsonAnswer[]) =>
      Promise.all(answers.map(async (answer) => (await sending.stateOf(answer)).status));

    it('replaces queued calls of the same service and no others', async () => {
      await away();
      const one = await client.tsl('sendServiceData', [{ fuwu: [{ raw1: 'AA' }] }], { ...STEADY, isCache: true });
      const other = await client.tsl('sendServiceData', [{ reset: [] }], { ...STEADY, isCache: true });
      const same = await client.tsl('sendServiceData', [{ fuwu: [{ raw1: 'BB' }] }], {
        ...STEADY,
        isCache: true,
        isCover: true,
      });
      expect(await statuses(one, other, same)).toEqual(['superseded', 'queued', 'queued']);
    });

    it('replaces queued writes of the same properties and no others', async () => {
      await away();
      const one = await write([{ target: '12' }, { power: 'true' }]);
      const other = await write([{ power: 'true' }]);
      const same = await write([{ power: 'false' }, { target: '14' }], { isCover: true });
      expect(await statuses(one, other, same)).toEqual(['superseded', 'queued', 'queued']);
    });

    it('makes room in a full queue', async () => {
      await away();
      for (let queued = 1; queued <= 3; queued++) await write([{ power: 'true' }]);
      expect(codesOf(await write([{ power: 'true' }]))).toEqual([61006]);
      expect(codesOf(await write([{ power: 'true' }], { isCover: true }))).toEqual([200]);
    });
  });

  describe('several devices', () => {
    it('each have an entry of their own, in their order, and a bad one spoils no other', async () => {
      await running.handle({ kind: 'device-unreachable', deviceId: idOf('DK00003') });
      const devices = ['DK00003', 'DK00004', 'nobody', 'DK00002'];
      const answer = await client.tsl('readData', ['target'], { productKey: 'PK0002', devices }, '?language=EN');
      expect(entriesOf(answer)).toEqual([
        { code: 61002, productKey: 'PK0002', deviceKey: 'DK00003', ticket: null, message: 'Device offline' },
        { code: 61005, productKey: 'PK0002', deviceKey: 'DK00004', ticket: null, message: 'Unauthorized device' },
        { code: 70130, productKey: 'PK0002', deviceKey: 'nobody', ticket: null, message: 'Nonexistent device' },
        { code: 200, productKey: 'PK0002', deviceKey: 'DK00002', ticket: expect.stringMatching(TICKET), message: null },
      ]);
      await sending.answered(ticketOf(answer, 3), 'DK00002');
    });

    it('get their commands in one transaction', async () => {
      const before = running.facts.length;
      const answer = await client.tsl('readData', ['target'], {
        productKey: 'PK0002',
        devices: ['DK00002', 'DK00003'],
      });
      const made = running.facts.slice(before).filter(({ event }) => event.type === 'CommandAccepted');
      expect(made.map(({ commandId }) => commandId)).toEqual([ticketOf(answer, 0), ticketOf(answer, 1)]);
      // The database's clock stands still within a transaction.
      expect(new Set(made.map(({ event }) => event.at)).size).toBe(1);
      await sending.answered(ticketOf(answer, 0), 'DK00002');
      await sending.answered(ticketOf(answer, 1), 'DK00003');
    });

    it('named twice get one command, whose ticket both entries have', async () => {
      const answer = await client.service({ isCache: true, devices: [OWN.deviceKey, OWN.deviceKey] });
      expect(codesOf(answer)).toEqual([200, 200]);
      expect(ticketOf(answer, 0)).toBe(ticketOf(answer, 1));
    });

    it('of raw data may be of several products', async () => {
      const devices = [OWN, FOREIGN, { ...OWN, deviceKey: 'nobody' }, { productKey: 'none', deviceKey: 'x' }];
      const answer = await client.raw({ devices, isCache: true });
      expect(codesOf(answer)).toEqual([200, 70089, 70130, 70089]);
    });
  });

  describe('a product', () => {
    it.each(['none', FOREIGN.productKey, 'PK0001/x', "'; drop table product; --"])(
      'that is not the caller’s is refused with 70089: %s',
      (productKey) => sending.refused(() => client.service({ productKey, devices: [FOREIGN.deviceKey] }), 70089),
    );

    it('of transparent data takes no TSL data, and one of TSL data no transparent data', async () => {
      await sending.refused(() => client.service({ productKey: 'RAW', devices: ['DK00005'] }), 70083);
      const raw = await client.raw({ devices: [{ productKey: 'TSL', deviceKey: 'DK00006' }] });
      expect(codesOf(raw)).toEqual([70083]);
      const right = await client.raw({
        devices: [{ productKey: 'RAW', deviceKey: 'DK00005' }],
        data: '0aFF',
        encode: 'Hex',
      });
      expect((await sending.stateOf(right)).request).toMatchObject({
        service: 'raw',
        method: 'send',
        parameters: { encoding: 'hex', data: '0aFF' },
      });
    });
  });
});
