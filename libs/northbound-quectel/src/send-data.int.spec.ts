import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { parseCommandId, type CommandId } from '@downlink/command-domain';
import { startNorthbound, type RunningNorthbound } from '@downlink/northbound-kit/contracts';
import { quectelFace } from './face.js';
import { QuectelModule } from './quectel.module.js';
import {
  declareSpecimens,
  entriesOf,
  FOREIGN,
  idOf,
  MODELLED,
  OWN,
  QuectelClient,
  type JsonAnswer,
} from './spec-support/quectel-client.js';
import { readGolden } from './spec-support/read-golden.js';

interface Golden {
  readonly path: string;
  readonly request: Record<string, unknown>;
  readonly response: { readonly data: readonly Record<string, unknown>[] };
  readonly parameters?: Record<string, unknown>;
}

const TICKET = /^\d{19}$/;
const STEADY = { productKey: 'PK0002', devices: ['DK00002'] };

describe('sending data to devices', () => {
  let running: RunningNorthbound;
  let client: QuectelClient;

  beforeAll(async () => {
    const delivery = { laneCap: 3 };
    running = await startNorthbound([quectelFace], (ports) => QuectelModule.forRoot(ports, { delivery }));
    await declareSpecimens(running);
    client = await QuectelClient.of(running.url);
  });
  afterAll(() => running.stop());

  /** Every lane is empty again: what is in flight is answered, and so is what follows it; everybody is back. */
  afterEach(async () => {
    for (const deviceKey of [OWN.deviceKey, MODELLED.deviceKey, 'DK00003']) {
      await running.handle({ kind: 'device-reachable', deviceId: idOf(deviceKey) });
      for (;;) {
        const lane = await running.ports.reader.lane(idOf(deviceKey));
        if (!lane?.inFlight) break;
        await answered(lane.inFlight, deviceKey);
      }
    }
  });

  const answered = (commandId: CommandId, deviceKey: string = OWN.deviceKey) =>
    running.handle({
      kind: 'device-answered',
      commandId,
      deviceId: idOf(deviceKey),
      answer: { outcome: 'succeeded', result: {} },
    });
  const ticketOf = (answer: JsonAnswer, place = 0) => parseCommandId(entriesOf(answer)[place]!.ticket ?? '')!;
  const stateOf = async (answer: JsonAnswer) => (await running.ports.reader.head(ticketOf(answer)))!.state;
  const codesOf = (answer: JsonAnswer) => entriesOf(answer).map(({ code }) => code);
  const refused = async (call: Promise<JsonAnswer>, code: number) => {
    const before = running.facts.length;
    const answer = await call;
    expect(answer).toMatchObject({ status: 200, code, body: { data: null, msg: expect.stringMatching(/./) } });
    expect(running.facts).toHaveLength(before);
  };

  it.each(['send-service-data', 'raw-send-data', 'read-data', 'write-data'])(
    'answers %s as its golden exchange says, but for the ticket',
    async (name) => {
      const { path, request, response, parameters } = readGolden<Golden>(name);
      const answer = await client.call('POST', path, request);
      const [entry] = response.data;
      expect(answer).toMatchObject({ status: 200, code: 200 });
      expect(answer.body).toEqual({ ...response, data: [{ ...entry, ticket: expect.stringMatching(TICKET) }] });
      expect(Object.keys(entriesOf(answer)[0]!).toSorted()).toEqual(Object.keys(entry!).toSorted());
      if (parameters) expect((await stateOf(answer)).request.parameters).toEqual(parameters);
    },
  );

  describe('delivery', () => {
    it('without cache starts at once, past what is queued', async () => {
      await client.service({ isCache: true });
      const answer = await client.service();
      expect(await stateOf(answer)).toMatchObject({
        status: 'sending',
        request: { mode: 'immediate', service: 'fuwu', method: 'invoke', parameters: { raw1: 'AA' } },
      });
      await answered(ticketOf(answer));
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
      expect(await stateOf(answer)).toMatchObject({ status: 'queued', request: { mode: 'cached', lifetimeMs } });
    });

    it.each<[unknown, number]>([
      [undefined, 3],
      [null, 3],
      [1, 3],
      ['1', 3],
      [0, 0],
    ])('with qos %j makes %d resends', async (qos, maxRetransmit) => {
      const answer = await client.service({ isCache: true, qos });
      expect((await stateOf(answer)).request.policy.maxRetransmit).toBe(maxRetransmit);
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
      Promise.all(answers.map(async (answer) => (await stateOf(answer)).status));

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
      await answered(ticketOf(answer, 3), 'DK00002');
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
      await answered(ticketOf(answer, 0), 'DK00002');
      await answered(ticketOf(answer, 1), 'DK00003');
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
      (productKey) => refused(client.service({ productKey, devices: [FOREIGN.deviceKey] }), 70089),
    );

    it('of transparent data takes no TSL data, and one of TSL data no transparent data', async () => {
      await refused(client.service({ productKey: 'RAW', devices: ['DK00005'] }), 70083);
      const raw = await client.raw({ devices: [{ productKey: 'TSL', deviceKey: 'DK00006' }] });
      expect(codesOf(raw)).toEqual([70083]);
      const right = await client.raw({
        devices: [{ productKey: 'RAW', deviceKey: 'DK00005' }],
        data: '0aFF',
        encode: 'Hex',
      });
      expect((await stateOf(right)).request).toMatchObject({
        service: 'raw',
        method: 'send',
        parameters: { encoding: 'hex', data: '0aFF' },
      });
    });
  });

  describe('the model', () => {
    const call = (data: unknown) => client.tsl('sendServiceData', data, STEADY);
    const write = (data: unknown) => client.tsl('writeData', data, STEADY);
    const readAll = (data: unknown) => client.tsl('readData', data, STEADY);

    it.each<[string, unknown, number]>([
      ['no JSON', 'on', 71027],
      ['U+0000', '[{"label":"a\\u0000"}]', 71027],
      ['no list', { target: '12' }, 71028],
      ['an empty list', [], 71028],
      ['a list of texts', ['target'], 71047],
      ['two members at once', [{ target: '12', power: 'true' }], 71047],
      ['a property twice', [{ target: '12' }, { target: '14' }], 71047],
      ['a struct that is none', [{ limits: 'x' }], 71047],
      ['an array with other keys', [{ steps: [{ '1': '1' }] }], 71047],
      ['an object where a text belongs', [{ label: [{ a: 'b' }] }], 71047],
      ['an unknown property', [{ nothing: '1' }], 70094],
      ['a number that is none', [{ target: 'warm' }], 70094],
      ['a truth value that is none', [{ power: 'maybe' }], 70094],
      ['a number below its range', [{ target: '8' }], 70090],
      ['a number above its range', [{ target: '32' }], 70090],
      ['a number off its step', [{ target: '13' }], 70090],
      ['a number out of range in a struct', [{ limits: [{ low: '11' }] }], 70090],
      ['a number out of range in an array', [{ steps: [{ '0': '1' }, { '0': '10' }] }], 70090],
      ['no member of the enumeration', [{ mode: '3' }], 70091],
      ['a text that is too long', [{ label: '123456' }], 70092],
      ['no time', [{ wake: 'tomorrow' }], 70093],
      ['an array that is too long', [{ steps: ['0', '0', '0', '0'].map((key) => ({ [key]: '1' })) }], 71039],
      ['nothing but null', [{ target: null }], 71036],
      ['a read-only property', [{ humidity: '1' }], 71038],
      ['a read-only property among others, whatever its value', [{ target: '12' }, { humidity: 'x' }], 71038],
    ])('refuses a write of %s', (_, data, code) => refused(write(data), code));

    it.each<[string, unknown, number]>([
      ['an unknown service', [{ nothing: [] }], 70094],
      ['an unknown input', [{ fuwu: [{ x: '1' }] }], 70094],
      ['an input for a service without any', [{ reset: [{ x: '1' }] }], 70094],
      ['two services', [{ fuwu: [] }, { reset: [] }], 71029],
      ['inputs that are no list', [{ fuwu: { raw1: 'AA' } }], 71047],
      ['a service that is no object', ['fuwu'], 71047],
    ])('refuses a call with %s', (_, data, code) => refused(call(data), code));

    it.each<[string, unknown, number]>([
      ['an unknown property', ['nothing'], 70094],
      ['something that is no text', [1], 71047],
      ['an empty text', [''], 71047],
      ['no list', { target: '' }, 71028],
      ['write-only properties alone', ['gain'], 71048],
    ])('refuses a read of %s', (_, data, code) => refused(readAll(data), code));

    it('reads what can be read when write-only properties are among it', async () => {
      const answer = await readAll(['gain', 'target', 'target']);
      expect((await stateOf(answer)).request).toMatchObject({ method: 'read', parameters: { names: ['target'] } });
      await answered(ticketOf(answer), 'DK00002');
    });

    it.each([[[]], [''], [null]])('takes %j for no inputs', async (inputs) => {
      const answer = await call([{ reset: inputs }]);
      expect((await stateOf(answer)).request).toMatchObject({ service: 'reset', parameters: {}, modelVersion: 1 });
      await answered(ticketOf(answer), 'DK00002');
    });
  });

  describe('the body', () => {
    it.each<[string, object, number]>([
      ['no product', { productKey: null }, 50007],
      ['an empty product', { productKey: '' }, 50007],
      ['no devices', { devices: null }, 50007],
      ['an empty list of devices', { devices: [] }, 50007],
      ['an empty device', { devices: [OWN.deviceKey, ''] }, 50007],
      ['null for a device', { devices: [null] }, 50007],
      ['101 devices', { devices: Array.from({ length: 101 }, (_, n) => `d${String(n)}`) }, 71039],
      ['devices that are no list', { devices: OWN.deviceKey }, 50005],
      ['devices that are no texts', { devices: [OWN] }, 50005],
      ['a product that is no text', { productKey: 1 }, 50005],
      ['a key of 129 characters', { productKey: 'x'.repeat(129) }, 50005],
      ['no data', { data: null }, 50005],
      ['data that is no text', { data: [{ fuwu: [] }] }, 50005],
      ['cacheTime 0', { cacheTime: 0 }, 50005],
      ['cacheTime -1', { cacheTime: -1 }, 50005],
      ['cacheTime 1.5', { cacheTime: 1.5 }, 50005],
      ['cacheTime over 32 bits', { cacheTime: 2_147_483_648 }, 50005],
      ['cacheTime in words', { cacheTime: 'long' }, 50005],
      ['isCache 1', { isCache: 1 }, 50005],
      ['isCover in words', { isCover: 'yes' }, 50005],
      ['qos 2', { qos: 2 }, 50005],
      ['qos -1', { qos: -1 }, 50005],
      ['extendPara as text', { extendPara: '{}' }, 50005],
      ['a callbackUrl of another scheme', { extendPara: { callbackUrl: 'ftp://a/b' } }, 50005],
    ])('with %s is refused', (_, over, code) => refused(client.service(over), code));

    it.each<[string, object]>([
      ['100 devices', { devices: Array.from({ length: 100 }, (_, n) => `d${String(n)}`) }],
      ['cacheTime 1', { cacheTime: 1 }],
      ['cacheTime of 32 bits', { cacheTime: 2_147_483_647 }],
      ['isCache as text', { isCache: 'true' }],
      ['null wherever it may be', { cacheTime: null, isCache: null, isCover: null, qos: null, extendPara: null }],
      ['members that nobody knows', { extra: 1, extendPara: { other: [1] } }],
    ])('with %s is taken', async (_, over) => {
      expect(await client.service({ devices: ['nobody'], ...over })).toMatchObject({ code: 200 });
    });

    it.each<[string, object, number]>([
      ['no data', { data: null }, 50005],
      ['empty data', { data: '' }, 71035],
      ['4097 characters', { data: 'x'.repeat(4_097) }, 71035],
      ['4098 hexadecimal digits', { data: 'a'.repeat(4_098), encode: 'Hex' }, 71035],
      ['an odd number of hexadecimal digits', { data: 'abc', encode: 'Hex' }, 71035],
      ['no hexadecimal digits', { data: 'xy', encode: 'Hex' }, 71035],
      ['another encoding', { encode: 'Base64' }, 71035],
      ['no devices', { devices: null }, 50007],
      ['a device without product', { devices: [{ deviceKey: 'x' }] }, 50007],
      ['a device that is a text', { devices: ['x'] }, 50005],
      ['101 devices', { devices: Array.from({ length: 101 }, () => OWN) }, 71039],
    ])('of raw data with %s is refused', (_, over, code) => refused(client.raw(over), code));

    it.each<[string, object]>([
      ['4096 characters', { data: 'x'.repeat(4_096) }],
      ['4096 hexadecimal digits', { data: 'a'.repeat(4_096), encode: 'Hex' }],
      ['no word on the encoding', { encode: null }],
    ])('of raw data with %s is taken', async (_, over) => {
      const devices = [{ ...OWN, deviceKey: 'nobody' }];
      expect(await client.raw({ devices, ...over })).toMatchObject({ code: 200 });
    });
  });
});
