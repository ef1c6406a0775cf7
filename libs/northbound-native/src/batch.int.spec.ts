import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { FOREIGN_DEVICE, MODELLED_DEVICE, type NativeClient } from './spec-support/native-client.js';
import { expectProblem, startNative, type NativeWorld } from './spec-support/native-world.js';

const COMMAND = { service: 'switch', method: 'turn', parameters: { on: true } };
const LIMIT = 300_000;

interface Item {
  readonly index: number;
  readonly deviceId: string | null;
  readonly id?: string;
  readonly status?: string;
  readonly replayed?: boolean;
  readonly problem?: { readonly code: string; readonly errors?: readonly { readonly path: string }[] };
}

describe('a batch', () => {
  let world: NativeWorld;
  let client: NativeClient;

  beforeAll(async () => {
    world = await startNative({ batchBodyLimit: LIMIT });
    client = world.client;
  });
  afterAll(() => world.running.stop());
  afterEach(() => void jest.restoreAllMocks());

  const post = (body: unknown, headers = {}) => client.post('/v1/commands/batch', body, headers);
  const batch = async (body: unknown, headers = {}) => {
    const answer = await post(body, headers);
    expect(answer.status).toBe(200);
    const { accepted, refused, items } = answer.body as { accepted: number; refused: number; items: Item[] };
    expect(accepted + refused).toBe(items.length);
    expect(accepted).toBe(items.filter(({ id }) => id !== undefined).length);
    expect(items.map(({ index }) => index)).toEqual(items.map((_, index) => index));
    return items;
  };
  const commands = (deviceIds: readonly unknown[], over: object = {}) =>
    deviceIds.map((deviceId) => ({ deviceId, ...COMMAND, ...over }));
  const codes = (items: readonly Item[]) => items.map(({ problem, status }) => problem?.code ?? status);
  const paths = (items: readonly Item[]) =>
    items.flatMap(({ problem }) => problem?.errors?.map(({ path }) => path) ?? []);
  const total = async (deviceId: string) => (await client.get(`/v1/commands?deviceId=${deviceId}`)).body['total'];

  describe('costs a fixed number of look-ups and transactions', () => {
    const counted = () => ({
      transactions: jest.spyOn(world.running.store.commandStore, 'transact'),
      deviceQueries: jest.spyOn(world.running.store.registry, 'devices'),
    });

    it('for 1,000 commands to 1,000 devices: two transactions and one query', async () => {
      const devices = await world.freshDevices(1_000);
      const { transactions, deviceQueries } = counted();
      const items = await batch({ commands: commands(devices) });
      expect(new Set(codes(items))).toEqual(new Set(['sending']));
      expect(items.map(({ deviceId }) => deviceId)).toEqual(devices);
      expect(transactions.mock.calls.length).toBeLessThanOrEqual(3);
      expect(deviceQueries).toHaveBeenCalledTimes(1);
    });

    it('for one command to 1,000 devices likewise', async () => {
      const devices = await world.freshDevices(1_000);
      const { transactions, deviceQueries } = counted();
      const items = await batch({ devices, command: COMMAND });
      expect(new Set(codes(items))).toEqual(new Set(['sending']));
      expect(items.map(({ deviceId }) => deviceId)).toEqual(devices);
      expect(transactions.mock.calls.length).toBeLessThanOrEqual(3);
      expect(deviceQueries).toHaveBeenCalledTimes(1);
    });

    it('for 1,000 commands to one device, which it gets in their order up to the cap', async () => {
      const [device] = await world.freshDevices(1);
      const { transactions } = counted();
      const numbered = Array.from({ length: 1_000 }, (_, n) => ({ deviceId: device, ...COMMAND, parameters: { n } }));
      const items = await batch({ commands: numbered });
      expect(codes(items)).toEqual(['sending', ...Array.from({ length: 999 }, () => 'queued')]);
      const ids = items.map(({ id }) => id!);
      expect(ids).toEqual([...ids].sort());
      const { reader } = world.running.ports;
      const { heads } = await reader.search({ applicationId: 'app-1', deviceId: device!, offset: 0, limit: 1_000 });
      const inLane = heads.sort((one, other) => one.state.lanePosition - other.state.lanePosition);
      expect(inLane.map(({ commandId }) => commandId)).toEqual(ids);
      expect(transactions.mock.calls.length).toBeLessThanOrEqual(3);
      expect(codes(await batch({ commands: commands([device, device, device]) }))).toEqual([
        'queued',
        'lane-full',
        'lane-full',
      ]);
    });
  });

  describe('of several commands', () => {
    it('answers each in its place, whatever is wrong with its neighbours', async () => {
      const [one, other] = (await world.freshDevices(2)) as [string, string];
      const items = await batch({
        commands: [
          { deviceId: one, ...COMMAND },
          { deviceId: 'nobody has this', ...COMMAND },
          { deviceId: FOREIGN_DEVICE, ...COMMAND },
          { deviceId: other, ...COMMAND, service: 5, colour: 'red' },
          'turn on the light',
          null,
          {},
          { deviceId: 'a/b', ...COMMAND },
          { deviceId: 7, ...COMMAND },
          { deviceId: MODELLED_DEVICE, ...COMMAND, method: 'explode' },
          { deviceId: one, ...COMMAND, supersede: 'key' },
          { deviceId: one, ...COMMAND, mode: null, parameters: null, idempotencyKey: null },
        ],
      });
      const invalid = 'validation-failed';
      expect(codes(items)).toEqual([
        'sending',
        'unknown-device',
        'unknown-device',
        ...Array.from({ length: 8 }, () => invalid),
        'queued',
      ]);
      expect(paths(items)).toEqual([
        'commands[3].service',
        'commands[3].colour',
        'commands[4]',
        'commands[5]',
        'commands[6].deviceId',
        'commands[6].service',
        'commands[6].method',
        'commands[7].deviceId',
        'commands[8].deviceId',
        'commands[9].method',
        'commands[10].supersedeKey',
      ]);
      expect(items.map(({ deviceId }) => deviceId).slice(3, 9)).toEqual([other, null, null, null, 'a/b', null]);
      expect(items[1]!.problem).toMatchObject({ status: 404, type: 'urn:downlink:problem:unknown-device' });
      expect(await total(one)).toBe(2);
      expect(await total(other)).toBe(0);
    });

    it('is refused item by item when none is good, and nothing is stored', async () => {
      const facts = world.running.facts.length;
      expect(codes(await batch({ commands: [1, FOREIGN_DEVICE] }))).toEqual(['validation-failed', 'validation-failed']);
      expect(world.running.facts).toHaveLength(facts);
    });

    it('lets later commands supersede earlier ones, of the same batch too', async () => {
      const [device] = (await world.freshDevices(1)) as [string];
      const items = await batch({
        commands: [...commands([device, device, device]), ...commands([device], { supersede: 'all' })],
      });
      const states = await Promise.all(items.map(async ({ id }) => (await client.get(`/v1/commands/${id!}`)).body));
      expect(states.map(({ status }) => status)).toEqual(['sending', 'superseded', 'superseded', 'queued']);
      expect(states[1]!['supersededBy']).toBe(items[3]!.id);
    });

    it('knows each item again by its key, alone and in another batch', async () => {
      const [one, other] = (await world.freshDevices(2)) as [string, string];
      const keyed = [
        { deviceId: one, ...COMMAND, idempotencyKey: `k-${one}` },
        { deviceId: other, ...COMMAND, idempotencyKey: `k-${other}` },
      ];
      const first = await batch({ commands: keyed });
      const again = await batch({ commands: [...[...keyed].reverse(), { ...keyed[0], method: 'dim' }] });
      expect(again.map(({ id, replayed }) => [id, replayed])).toEqual([
        [first[1]!.id, true],
        [first[0]!.id, true],
        [undefined, undefined],
      ]);
      expect(again[2]!.problem).toMatchObject({ code: 'idempotency-key-reused', status: 409 });
      const alone = await client.post('/v1/commands', { deviceId: one, ...COMMAND }, { 'idempotency-key': `k-${one}` });
      expect(alone.body['id']).toBe(first[0]!.id);
      expect(alone.headers['idempotency-replayed']).toBe('true');
      expect([await total(one), await total(other)]).toEqual([1, 1]);
    });

    it('makes one command of a key that it holds twice', async () => {
      const [device] = (await world.freshDevices(1)) as [string];
      const items = await batch({ commands: commands([device, device], { idempotencyKey: `twice-${device}` }) });
      expect(items.map(({ replayed }) => replayed)).toEqual([false, true]);
      expect(items[1]!.id).toBe(items[0]!.id);
    });

    it('can be repeated as a whole under one key', async () => {
      const devices = await world.freshDevices(3);
      const key = { 'idempotency-key': `whole-${devices[0]!}` };
      const first = await batch({ commands: [...commands(devices), 'bad'] }, key);
      const again = await batch({ commands: [...commands(devices), 'bad'] }, key);
      expect(again.map(({ id }) => id)).toEqual(first.map(({ id }) => id));
      expect(again.map(({ replayed }) => replayed)).toEqual([true, true, true, undefined]);
      expect(codes(await batch({ commands: commands(devices, { method: 'dim' }) }, key))).toEqual(
        devices.map(() => 'idempotency-key-reused'),
      );
    });

    it.each([1, '', 'a b', 'x'.repeat(256), {}])('refuses an item with the key %j', async (idempotencyKey) => {
      const [device] = await world.freshDevices(1);
      const items = await batch({ commands: commands([device], { idempotencyKey }) });
      expect(paths(items)).toEqual(['commands[0].idempotencyKey']);
    });
  });

  describe('of one command to several devices', () => {
    it('answers for each device in its place: unknown, foreign, repeated and malformed ones are refused', async () => {
      const [one, other] = (await world.freshDevices(2)) as [string, string];
      const devices = [one, 'nobody has this', FOREIGN_DEVICE, one, 7, '', null, 'a#b', MODELLED_DEVICE, other];
      const items = await batch({ devices, command: { ...COMMAND, method: 'dim' } });
      const invalid = 'validation-failed';
      expect(codes(items)).toEqual([
        'sending',
        'unknown-device',
        'unknown-device',
        ...Array.from({ length: 6 }, () => invalid),
        'sending',
      ]);
      expect(paths(items)).toEqual(
        [...[3, 4, 5, 6, 7].map((at) => `devices[${String(at)}]`), 'command.method'].flatMap((path) =>
          path === 'devices[5]' ? [path, path] : [path],
        ),
      );
      expect(items[3]!.problem).toMatchObject({ errors: [{ message: 'repeats devices[0]' }] });
      expect([await total(one), await total(other)]).toEqual([1, 1]);
    });

    it('can be repeated under one key, with the devices in any order', async () => {
      const devices = await world.freshDevices(3);
      const key = { 'idempotency-key': `fan-${devices[0]!}` };
      const first = await batch({ devices, command: COMMAND }, key);
      const more = await world.freshDevices(1);
      const again = await batch({ devices: [...more, ...[...devices].reverse()], command: COMMAND }, key);
      expect(again.map(({ replayed }) => replayed)).toEqual([false, true, true, true]);
      expect(again.slice(1).map(({ id }) => id)).toEqual(first.map(({ id }) => id).reverse());
    });

    it.each<[string, object, string]>([
      ['without a method', { service: 'switch' }, 'command.method'],
      ['with a device of its own', { ...COMMAND, deviceId: 'x' }, 'command.deviceId'],
      ['with a key of its own', { ...COMMAND, idempotencyKey: 'x' }, 'command.idempotencyKey'],
      ['to supersede by no key', { ...COMMAND, supersede: 'key' }, 'command.supersedeKey'],
    ])('is refused as a whole for a command %s', async (_, command, path) => {
      const devices = await world.freshDevices(2);
      expectProblem(await post({ devices, command }), 400, 'validation-failed', path);
      expect(await total(devices[0]!)).toBe(0);
    });
  });

  describe('is refused as a whole', () => {
    const good = commands(['device-1']);
    it.each<[string, unknown, string]>([
      ['when it is a list', good, ''],
      ['when it is empty', {}, 'commands'],
      ['with commands that are no list', { commands: good[0] }, 'commands'],
      ['with null for commands', { commands: null }, 'commands'],
      ['with no commands', { commands: [] }, 'commands'],
      ['with 1,001 commands', { commands: Array.from({ length: 1_001 }, () => 1) }, 'commands'],
      ['with no devices', { devices: [], command: COMMAND }, 'devices'],
      ['with 1,001 devices', { devices: Array.from({ length: 1_001 }, () => 'd'), command: COMMAND }, 'devices'],
      ['with devices that are a text', { devices: 'device-1', command: COMMAND }, 'devices'],
      ['with devices and no command', { devices: ['device-1'] }, 'command'],
      ['with devices and null for a command', { devices: ['device-1'], command: null }, 'command'],
      ['with a command and no devices', { command: COMMAND }, 'devices'],
      ['with both forms at once', { devices: ['device-1'], command: COMMAND, commands: good }, 'commands'],
      ['with an unknown member', { commands: good, atomic: true }, 'atomic'],
    ])('%s', async (_, body, path) => {
      const facts = world.running.facts.length;
      expectProblem(await post(body), 400, 'validation-failed', path);
      expect(world.running.facts).toHaveLength(facts);
    });

    it('with a bad key', async () =>
      expectProblem(
        await post({ commands: good }, { 'idempotency-key': 'a b' }),
        400,
        'validation-failed',
        'Idempotency-Key',
      ));

    it('takes null for the form that is not used', async () => {
      const devices = await world.freshDevices(2);
      expect(codes(await batch({ devices, command: COMMAND, commands: null }))).toEqual(['sending', 'sending']);
      expect(codes(await batch({ commands: commands(devices), devices: null, command: null }))).toEqual([
        'queued',
        'queued',
      ]);
    });

    it('with the admin key, and without a key', async () => {
      expectProblem(await world.admin.post('/v1/commands/batch', { commands: good }), 403, 'forbidden');
      const nobody = await client.post('/v1/commands/batch', { commands: good }, { authorization: 'Bearer nobody' });
      expectProblem(nobody, 401, 'unauthenticated');
    });
  });

  describe('may be larger than any other request', () => {
    const text = (size: number) => ({ ...COMMAND, parameters: { text: 'x'.repeat(size) } });

    it('up to its own limit', async () => {
      const devices = await world.freshDevices(5);
      expect(codes(await batch({ commands: devices.map((deviceId) => ({ deviceId, ...text(50_000) })) }))).toEqual(
        devices.map(() => 'sending'),
      );
      const answer = await post({ commands: devices.map((deviceId) => ({ deviceId, ...text(60_000) })) });
      expectProblem(answer, 413, 'too-large');
      expect(answer.body['detail']).toContain(String(LIMIT));
    });

    it('but no command of it', async () => {
      const [one, other] = await world.freshDevices(2);
      const items = await batch({ commands: [{ deviceId: one, ...text(65_536) }, ...commands([other])] });
      expect(codes(items)).toEqual(['too-large', 'sending']);
      expectProblem(await post({ devices: [one], command: text(65_536) }), 413, 'too-large');
      expectProblem(await client.submit({ deviceId: one, ...text(65_536) }), 413, 'too-large');
    });

    it('and counts a command once for each of its devices', async () => {
      const devices = await world.freshDevices(100);
      expectProblem(await post({ devices, command: text(3_000) }), 413, 'too-large');
      expect(new Set(codes(await batch({ devices, command: text(2_500) })))).toEqual(new Set(['sending']));
    });
  });
});
