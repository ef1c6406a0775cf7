import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { makeCommandId, type CommandId } from '@downlink/command-domain';
import { aRequest } from '@downlink/command-domain/contracts';
import { correlationOf, createEngine, type Engine, type Registry } from '@downlink/command-engine';
import { DeviceDirectory, PacedTurns, quectelCodec, UplinkIntake, uplinkTopic } from '@downlink/southbound-mqtt';
import { createPostgresStore, migrate, type PostgresStore } from '@downlink/store-postgres';
import { createTestDatabase, type TestDatabase } from '@downlink/testing';
import { knownDevices } from './known-devices.js';

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** An answer to a command in each format, on the topic of the device of this name (product `p-{format}`). */
const answers = {
  native: (name: string, id: string) => ({
    topic: `downlink/v1/devices/native-${name}/answers`,
    body: { id, status: 'succeeded' },
  }),
  huawei: (name: string, _id: string, mid: number) => ({
    topic: `/huawei/v1/devices/huawei-${name}/data/json`,
    body: { msgType: 'deviceRsp', mid, errcode: 0 },
  }),
  enos: (name: string, id: string) => ({
    topic: `/sys/p-enos/key-${name}/thing/service/on_reply`,
    body: { id, code: 200, data: {} },
  }),
  quectel: (name: string, id: string) => ({
    topic: `quectel/v1/p-quectel/key-${name}/answers`,
    body: { type: 'RESULT', ticket: id, status: 'succ' },
  }),
};
const formats = Object.keys(answers) as (keyof typeof answers)[];
const names = ['honest', 'liar'];

describe('a device that is named by product and device key', () => {
  let database: TestDatabase;
  let store: PostgresStore;
  let engine: Engine;
  let turns: PacedTurns;
  let intake: UplinkIntake;
  let directory: DeviceDirectory;
  let queries: number;

  const counting = (registry: Registry): Pick<Registry, 'devices' | 'devicesByKeys' | 'product'> => ({
    product: (key) => ((queries += 1), registry.product(key)),
    devices: (ids) => ((queries += 1), registry.devices(ids)),
    devicesByKeys: (productKey, keys) => ((queries += 1), registry.devicesByKeys(productKey, keys)),
  });

  beforeEach(async () => {
    database = await createTestDatabase({ template: migrate });
    store = createPostgresStore({ url: database.url, onConnectionError: (error) => process.emitWarning(error) });
    engine = createEngine(store.commandStore, { handOver: () => undefined });
    turns = new PacedTurns(engine, silent);
    queries = 0;
    directory = new DeviceDirectory(counting(store.registry));
    const isKnown = knownDevices(store.registry);
    const { commandReader: reader, strayAnswers: strays } = store;
    intake = new UplinkIntake({ reader, turns, strays, isKnown, names: directory, logger: silent });
    const device = (id: string, productKey: string, key?: string) => ({
      id,
      applicationId: 'app-1',
      productKey,
      name: id,
      activated: true,
      ...(key === undefined ? {} : { key }),
    });
    await store.registry.apply({
      applications: [{ id: 'app-1', name: 'one', credentials: {} }],
      products: formats.map((wireFormat) => ({
        key: `p-${wireFormat}`,
        applicationId: 'app-1',
        name: '',
        wireFormat,
        model: null,
      })),
      devices: [
        ...formats.flatMap((format) => names.map((name) => device(`${format}-${name}`, `p-${format}`, `key-${name}`))),
        device('keyless', 'p-enos'),
        device('key-honest', 'p-enos'),
      ],
    });
  });
  afterEach(async () => {
    await turns.stop();
    await store.close();
    await database.drop();
  });

  let made = 0;
  const submit = async (deviceId: string): Promise<{ id: CommandId; mid: number }> => {
    const id = makeCommandId(Date.now(), 3, (made += 1) % 4_096);
    await engine.handle([{ kind: 'submit', commandId: id, deviceId, request: aRequest({ deviceId }) }]);
    await store.attemptClaims.claim([{ commandId: id, attempt: 1 }]);
    return { id, mid: correlationOf(1) };
  };
  const from = ({ topic, body }: { topic: string; body: object }) => ({
    topic,
    payload: Buffer.from(JSON.stringify(body)),
    retained: false,
    receivedAt: performance.now(),
  });
  const history = async (id: CommandId) =>
    (await store.commandReader.history(id)).map(({ event }) =>
      event.type === 'AnswerRejected' ? `AnswerRejected ${event.reason}` : event.type,
    );

  describe.each(formats)('or not, and speaks %s,', (format) => {
    it('answers its own command', async () => {
      const { id, mid } = await submit(`${format}-honest`);
      await intake.take([from(answers[format]('honest', id, mid))]);
      expect((await history(id)).at(-1)).toBe('CommandSucceeded');
    });

    it('answers it through a gateway', async () => {
      const { id, mid } = await submit(`${format}-honest`);
      const { topic, body } = answers[format]('honest', id, mid);
      await intake.take([from({ topic: uplinkTopic(`${format}-honest`, topic), body })]);
      expect((await history(id)).at(-1)).toBe('CommandSucceeded');
    });

    it('never decides the command of another device, whatever it says and wherever', async () => {
      const { id, mid } = await submit(`${format}-honest`);
      const lies = [
        answers[format]('liar', id, mid),
        ...names.map((name) => {
          const { topic, body } = answers[format](name, id, mid);
          return { topic: uplinkTopic(`${format}-liar`, topic), body };
        }),
      ];
      await intake.take(lies.map(from));
      const events = await history(id);
      expect(events.slice(0, 2)).toEqual(['CommandAccepted', 'AttemptStarted']);
      expect(events.slice(2).filter((event) => event !== 'AnswerRejected wrong-device')).toEqual([]);
      expect((await store.commandReader.head(id))!.state.status).toBe('sending');
      // Each lie is on record: at the command that it is about where it names one, else as a stray answer.
      const strays = await store.strayAnswers.ofDevice(`${format}-liar`);
      expect(events.length - 2 + strays.length).toBe(lies.length);
    });
  });

  it('may have no key: its id is its name, unless another device has that for its key', async () => {
    const { id } = await submit('keyless');
    const body = { id, code: 200 };
    await intake.take([from({ topic: '/sys/p-enos/keyless/thing/service/on_reply', body })]);
    expect((await history(id)).at(-1)).toBe('CommandSucceeded');
    const keyed = { productKey: 'p-enos', deviceKey: 'key-honest' };
    expect(await directory.deviceIdsOf([keyed])).toEqual(['enos-honest']);
    expect(await directory.addressesOf(['keyless', 'key-honest', 'enos-honest', 'nobody'])).toEqual([
      { device: { deviceId: 'keyless', productKey: 'p-enos', deviceKey: null } },
      undefined,
      { device: { deviceId: 'enos-honest', productKey: 'p-enos', deviceKey: 'key-honest' } },
      undefined,
    ]);
  });

  it('is not known by its id where it has a key, nor by either in another product', async () => {
    const asked = [
      ['p-enos', 'enos-honest'],
      ['p-quectel', 'keyless'],
      ['p-native', 'key-nobody'],
      ['nothing', 'key-honest'],
    ].map(([productKey, deviceKey]) => ({ productKey: productKey!, deviceKey: deviceKey! }));
    expect(await directory.deviceIdsOf(asked)).toEqual([undefined, undefined, undefined, undefined]);
  });

  it('that nobody knows leaves a stray answer under its whole name, and no lane', async () => {
    const { id } = await submit('enos-honest');
    await intake.take([from(answers.enos('stranger', id))]);
    expect(await history(id)).toEqual(['CommandAccepted', 'AttemptStarted']);
    expect(await store.strayAnswers.ofDevice('p-enos/key-stranger')).toMatchObject([
      { registered: false, reason: 'unknown-device', reference: id },
    ]);
    expect(await store.commandReader.lane('p-enos/key-stranger')).toBeUndefined();
  });

  it('is written to and read in TTLV where its product says so, by the numbers of its model, and back by the names', async () => {
    const properties = [{ name: 'level', number: 2, type: 'decimal' as const, access: 'read-write' as const }];
    const product = { key: 'p-ttlv', applicationId: 'app-1', name: '', wireFormat: 'quectel' };
    const device = { id: 'module', applicationId: 'app-1', productKey: 'p-ttlv', name: '', activated: true, key: 'm' };
    await store.registry.apply({
      applications: [],
      products: [{ ...product, model: { services: [], properties }, attributes: { quectel: { payload: 'ttlv' } } }],
      devices: [device],
    });
    const { id, mid } = await submit('module');
    const [address] = await directory.addressesOf(['module']);
    const asked = { service: 'properties', method: 'write', parameters: { level: 21.5 }, correlation: mid };
    const sent = quectelCodec.encode({ ...address!, ...asked, commandId: id, attempt: 1, deadline: Date.now() });
    expect((sent.payload as Buffer).toString('hex')).toBe('aaaa00090500010013001208d7');
    const answer = Buffer.from('aaaa00090600010014001208d7', 'hex');
    await intake.take([{ ...from({ topic: 'quectel/v1/p-ttlv/m/answers', body: {} }), payload: answer }]);
    const { event } = (await store.commandReader.history(id)).at(-1)!;
    expect(event).toMatchObject({ type: 'CommandSucceeded', result: { level: 21.5 } });
  });

  it('is looked up once for many messages, and not at all where topic or gateway says the id', async () => {
    const { id, mid } = await submit('enos-honest');
    const batch = (format: keyof typeof answers) =>
      Array.from({ length: 50 }, (_, n) => from(answers[format](names[n % 2]!, id, mid)));
    await intake.take([...batch('native'), ...batch('huawei')]);
    await intake.take(batch('enos').map((message) => ({ ...message, topic: uplinkTopic('enos-liar', message.topic) })));
    expect(queries).toBe(0);
    await intake.take([...batch('enos'), ...batch('quectel')]);
    expect(queries).toBe(2);
    await intake.take([...batch('enos'), ...batch('quectel')]);
    expect(queries).toBe(2);
  });
});
