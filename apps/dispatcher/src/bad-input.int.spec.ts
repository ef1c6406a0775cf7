import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { makeCommandId, type CommandId, type Signal } from '@downlink/command-domain';
import { aRequest } from '@downlink/command-domain/contracts';
import { createEngine, type Engine } from '@downlink/command-engine';
import { DeviceDirectory, PacedTurns, UplinkIntake } from '@downlink/southbound-mqtt';
import { createPostgresStore, migrate, type PostgresStore } from '@downlink/store-postgres';
import { createTestDatabase, type TestDatabase } from '@downlink/testing';
import { knownDevices } from './known-devices.js';

const DEVICE = 'device-1';
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** Whatever a broker could hand over: our topics and nearly ours, of known devices, strangers and nonsense. */
const deviceIds = fc.oneof(
  fc.constant(DEVICE),
  fc.constantFrom('stranger', '', 'a+b', '\u0000', 'ü', 'x'.repeat(70_000)),
  fc.string(),
);
const productKeys = fc.constantFrom('lamp/', 'meter/', 'nothing/', 'a+/', '\u0000/', 'x/y/', '/');
const ownTopics = fc
  .tuple(
    fc.oneof(
      fc.constantFrom('downlink/v1/devices/', '/huawei/v1/devices/', 'other/'),
      productKeys.map((key) => `/sys/${key}`),
      productKeys.map((key) => `quectel/v1/${key}`),
    ),
    deviceIds,
    fc.constantFrom(
      '/answers',
      '/presence',
      '/telemetry',
      '/data/json',
      '/commands',
      '',
      '/online',
      '/reports',
      '/thing/service/on',
      '/thing/service/on_reply',
      '/thing/service/on_reply_reply',
      '/thing/measurepoint/post',
    ),
  )
  .map((parts) => parts.join(''));
/** The same as a gateway hands them on, and nearly so. */
const topics = fc.oneof(
  ownTopics,
  fc
    .tuple(
      fc.constantFrom('downlink/v1/uplinks/3/', 'downlink/v1/uplinks/9/', 'downlink/v1/uplinks/'),
      deviceIds,
      ownTopics,
    )
    .map(([prefix, deviceId, topic]) => `${prefix}${deviceId}/${topic}`),
);
const ids = fc.oneof(
  fc.constantFrom('0'.repeat(19), '9'.repeat(19), '2255133000286994432', 'x', null, 7),
  fc.integer({ min: 0, max: 4_095 }).map((sequence) => makeCommandId(Date.now(), 1_000, sequence)),
);
const members = fc.record(
  {
    id: ids,
    status: fc.constantFrom('acknowledged', 'succeeded', 'failed', 'maybe', null),
    code: fc.oneof(fc.string(), fc.integer(), fc.constant('\u0000')),
    result: fc.jsonValue({ noUnicodeString: false }),
    online: fc.oneof(fc.boolean(), fc.string()),
    epoch: fc.oneof(fc.maxSafeInteger(), fc.double()),
    msgType: fc.constantFrom('deviceRsp', 'deviceReq', 'x'),
    mid: fc.oneof(fc.integer(), fc.string()),
    errcode: fc.oneof(fc.integer(), fc.string()),
    body: fc.jsonValue(),
    data: fc.jsonValue(),
    message: fc.oneof(fc.string(), fc.constant('\u0000')),
    ticket: ids,
    type: fc.constantFrom('REQACK', 'RESULT', 'x'),
    value: fc.oneof(fc.integer({ min: -1, max: 3 }), fc.string()),
  },
  { requiredKeys: [] },
);
const payloads = fc.oneof(
  members.map((body) => Buffer.from(JSON.stringify(body))),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.concat([Buffer.from([0xaa, 0xaa]), bytes])),
  fc.constantFrom(Buffer.alloc(0), Buffer.alloc(70_000, '['), Buffer.from('{"id":"\\ud800","a":"\\u0000"}')),
);
const messages = fc.record({ topic: topics, payload: payloads, retained: fc.boolean(), receivedAt: fc.nat() });

describe('what no state is made for', () => {
  let database: TestDatabase;
  let store: PostgresStore;
  let engine: Engine;
  let turns: PacedTurns;
  let intake: UplinkIntake;
  let made = 0;

  beforeAll(async () => {
    database = await createTestDatabase({ template: migrate });
    store = createPostgresStore({ url: database.url, onConnectionError: (error) => process.emitWarning(error) });
    engine = createEngine(store.commandStore, { handOver: () => undefined });
    turns = new PacedTurns(engine, silent);
    await store.registry.apply({
      applications: [{ id: 'app-1', name: 'one', credentials: {} }],
      products: [{ key: 'lamp', applicationId: 'app-1', name: 'lamp', wireFormat: 'native', model: null }],
      devices: [{ id: DEVICE, applicationId: 'app-1', productKey: 'lamp', name: DEVICE, activated: true }],
    });
    const keyed = { key: DEVICE, applicationId: 'app-1', name: '', activated: true };
    await store.registry.apply({
      applications: [],
      products: [{ key: 'meter', applicationId: 'app-1', name: '', wireFormat: 'enos', model: null }],
      devices: [{ ...keyed, id: 'meter-1', productKey: 'meter' }],
    });
    const isKnown = knownDevices(store.registry);
    intake = new UplinkIntake({
      reader: store.commandReader,
      turns,
      strays: store.strayAnswers,
      isKnown,
      names: new DeviceDirectory(store.registry),
      logger: silent,
    });
  });
  afterAll(async () => {
    await turns.stop();
    await store.close();
    await database.drop();
  });

  const newId = (): CommandId => makeCommandId(Date.now(), 2, (made += 1) % 4_096);

  it('never makes the intake of uplinks throw, and never spoils the answer beside it', async () => {
    let bad = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(messages, { maxLength: 60, size: 'max' }), fc.nat(), async (others, at) => {
        const [commandId, deviceId] = [newId(), `good-${String(made)}`];
        await store.registry.apply({
          applications: [],
          products: [],
          devices: [{ id: deviceId, applicationId: 'app-1', productKey: 'lamp', name: deviceId, activated: true }],
        });
        await engine.handle([{ kind: 'submit', commandId, deviceId, request: aRequest({ deviceId }) }]);
        const answer: (typeof others)[number] = {
          topic: `downlink/v1/devices/${deviceId}/answers`,
          payload: Buffer.from(JSON.stringify({ id: commandId, status: 'succeeded', result: { on: true } })),
          retained: false,
          receivedAt: 0,
        };
        const report = await intake.take(others.toSpliced(at % (others.length + 1), 0, answer));
        bad += report.unreadable + report.strays;
        expect((await store.commandReader.head(commandId))?.state.status).toBe('succeeded');
      }),
      { numRuns: 60 },
    );
    expect(bad).toBeGreaterThan(100);
  });

  it('is an outcome of the engine, never an exception: any signal about any command', async () => {
    const known: CommandId[] = [];
    for (let n = 0; n < 8; n++) {
      known.push(newId());
      const request = aRequest({ deviceId: DEVICE, lifetimeMs: n % 2 === 0 ? 0 : 60_000 });
      await engine.handle([{ kind: 'submit', commandId: known[n]!, deviceId: DEVICE, request }]);
    }
    const about = fc.record({
      commandId: fc.oneof(fc.constantFrom(...known), fc.constant('0000000000000000001' as CommandId)),
      deviceId: fc.constantFrom(DEVICE, 'device-2'),
      attempt: fc.integer({ min: -1, max: 9 }),
    });
    const signals: fc.Arbitrary<Signal> = fc.oneof(
      about.map((command): Signal => ({ ...command, kind: 'broker-accepted' })),
      about.map((command): Signal => ({
        ...command,
        kind: 'broker-refused',
        reason: 'no-subscriber',
        detail: '\u0000',
      })),
      about.map((command): Signal => ({ ...command, kind: 'device-acknowledged' })),
      about.map((command): Signal => ({
        ...command,
        kind: 'device-answered',
        answer: { outcome: 'unreadable', detail: 'x' },
      })),
      about.map((command): Signal => ({
        ...command,
        kind: 'device-answered',
        answer: { outcome: 'failed', result: { nul: '\u0000' }, code: null },
      })),
      about.map((command): Signal => ({ ...command, kind: 'time-due' })),
      about.map((command): Signal => ({ ...command, kind: 'turn' })),
      about.map((command): Signal => ({ ...command, kind: 'cancel' })),
      about.map((command): Signal => ({ ...command, kind: 'supersede', by: known[0]! })),
      about.map(({ deviceId }): Signal => ({ kind: 'lane-blocked', deviceId, deadLetter: 'none' })),
      about.map(({ deviceId }): Signal => ({ kind: 'lane-unblocked', deviceId, deadLetter: 'none' })),
      about.map(({ deviceId }): Signal => ({ kind: 'device-reachable', deviceId })),
      about.map(({ deviceId }): Signal => ({ kind: 'device-unreachable', deviceId })),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(signals, { minLength: 1, maxLength: 20 }), async (batch) => {
        const outcomes = await engine.handle(batch);
        expect(outcomes.map(({ signal }) => signal)).toEqual(batch);
      }),
      { numRuns: 60 },
    );
  });
});
