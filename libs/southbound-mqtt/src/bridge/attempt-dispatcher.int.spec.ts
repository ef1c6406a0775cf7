import { afterEach, beforeEach, expect, it } from '@jest/globals';
import mqtt, { type MqttClient } from 'mqtt';
import { makeCommandId } from '@downlink/command-domain';
import { aPolicy, aRequest } from '@downlink/command-domain/contracts';
import { createEngine, type CommittedFact, type Engine } from '@downlink/command-engine';
import {
  InMemoryAttemptClaims,
  InMemoryCommandReader,
  InMemoryCommandStore,
  InMemoryDatabase,
} from '@downlink/command-engine/contracts';
import { describeWithServers, eventually, startMosquitto } from '@downlink/testing';
import { MqttPublisher } from '../publisher/mqtt-publisher.js';
import { collectingLogger } from '../spec-support/collecting-logger.js';
import { AttemptDispatcher, type StartedAttempt } from './attempt-dispatcher.js';
import { DeviceDirectory } from './device-directory.js';
import { PacedTurns } from './paced-turns.js';
import { UplinkIntake } from './uplink-intake.js';

const DEVICE = 'device-1';
const COMMANDS = `downlink/v1/devices/${DEVICE}/commands`;
const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

describeWithServers(['mosquitto'], 'the dispatcher on Mosquitto', () => {
  let database: InMemoryDatabase;
  let engine: Engine;
  let dispatcher: AttemptDispatcher;
  let intake: UplinkIntake;
  let started: StartedAttempt[];
  let device: MqttClient;
  let received: { attempt: number }[];

  beforeEach(async () => {
    const broker = await startMosquitto();
    cleanups.push(() => broker.stop());
    const logger = collectingLogger();
    database = new InMemoryDatabase();
    started = [];
    engine = createEngine(new InMemoryCommandStore(database), {
      handOver: (facts) => started.push(...attemptsOf(facts)),
    });
    const publisher = new MqttPublisher({ url: broker.url, clientId: 'publisher', logger });
    await publisher.start();
    cleanups.push(() => publisher.stop(0));
    await eventually(() => expect(publisher.connected).toBe(true));
    const addresses = new DeviceDirectory({ devices: async () => new Map(), devicesByKeys: async () => new Map() });
    dispatcher = new AttemptDispatcher({
      claims: new InMemoryAttemptClaims(database),
      publisher,
      engine,
      addresses,
      logger,
    });
    const turns = new PacedTurns(engine, logger);
    cleanups.push(() => turns.stop());
    const reader = new InMemoryCommandReader(database);
    const isKnown = async (ids: readonly string[]) => ids.map(() => true);
    intake = new UplinkIntake({
      reader,
      turns,
      strays: { record: async () => undefined },
      isKnown,
      names: addresses,
      logger,
    });
    device = await mqtt.connectAsync(broker.url);
    cleanups.push(() => device.endAsync());
    received = [];
    device.on('message', (_topic, payload) => received.push(JSON.parse(payload.toString()) as { attempt: number }));
  });

  const commandId = makeCommandId(Date.now(), 1, 1);
  const submit = (over = {}) =>
    engine.handle([
      { kind: 'submit', commandId, deviceId: DEVICE, request: aRequest({ deviceId: DEVICE, policy: aPolicy(over) }) },
    ]);
  const state = () => database.heads.get(commandId)!.state;
  const listen = () => device.subscribeAsync(COMMANDS, { qos: 1 });
  const dispatchAll = () => dispatcher.dispatch(started.splice(0));

  it('tries a device that nobody reports, is told that nobody listens, and puts the command back uncounted', async () => {
    await submit();
    expect(await dispatchAll()).toEqual({ published: 0, stale: 0, notSent: 1, unknown: 0 });
    expect(state()).toMatchObject({ status: 'queued', attempts: 1, tries: 0, putBacks: 1 });
    expect(database.lanes.get(DEVICE)!.unreachableSince).not.toBeNull();
    await listen();
    // Any word of the device will do; here it is telemetry.
    const telemetry = {
      topic: `downlink/v1/devices/${DEVICE}/telemetry`,
      payload: Buffer.from('21.5'),
      retained: false,
    };
    await intake.take([{ ...telemetry, receivedAt: performance.now() }]);
    expect(await dispatchAll()).toMatchObject({ published: 1 });
    expect(state()).toMatchObject({ status: 'sent', attempts: 2, tries: 1 });
    await eventually(() => expect(received).toMatchObject([{ id: commandId, attempt: 2 }]));
  });

  it('finds it by the probe as well, without any word of the device', async () => {
    await submit();
    await dispatchAll();
    await listen();
    const { retryAt } = state() as { retryAt: number };
    database.clock = () => retryAt;
    await engine.handle([{ kind: 'time-due', commandId, deviceId: DEVICE }]);
    expect(await dispatchAll()).toMatchObject({ published: 1 });
    await eventually(() => expect(received).toMatchObject([{ attempt: 2 }]));
  });

  it('never publishes a stale attempt: overdue, withdrawn, overtaken or confirmed', async () => {
    await listen();
    await submit({ firstWaitMs: 1_000, waitJitter: 0 });
    const [first] = started.splice(0);
    const born = Date.now();
    database.clock = () => born + 2_000;
    expect(await dispatcher.dispatch([first!])).toMatchObject({ stale: 1, published: 0 });
    await engine.handle([{ kind: 'time-due', commandId, deviceId: DEVICE }]);
    expect(state()).toMatchObject({ status: 'queued', tries: 0 });
    database.clock = () => born + 10_000;
    await engine.handle([{ kind: 'time-due', commandId, deviceId: DEVICE }]);
    const [second] = started.splice(0);
    expect(await dispatcher.dispatch([first!, second!, first!])).toMatchObject({ stale: 2, published: 1 });
    expect(await dispatcher.dispatch([second!])).toMatchObject({ stale: 1, published: 0 });
    await eventually(() => expect(received).toMatchObject([{ attempt: 2 }]));
    await device.publishAsync(COMMANDS, '{"attempt":99}', { qos: 1 });
    await eventually(() => expect(received.map(({ attempt }) => attempt)).toEqual([2, 99]));
  });

  it('publishes nothing of a command that was put back and withdrawn before its fact came again', async () => {
    await submit();
    const [first] = started;
    await dispatchAll();
    await listen();
    expect(await engine.handle([{ kind: 'cancel', commandId, deviceId: DEVICE }])).toMatchObject([
      { kind: 'committed' },
    ]);
    expect(await dispatcher.dispatch([first!])).toMatchObject({ stale: 1, published: 0 });
  });
});

function attemptsOf(facts: readonly CommittedFact[]): StartedAttempt[] {
  return facts.flatMap(({ commandId, event, lanePosition, request }) => {
    if (event.type !== 'AttemptStarted') return [];
    const { attempt, waitUntil } = event;
    return [{ commandId, deviceId: request.deviceId, attempt, waitUntil, lanePosition, request }];
  });
}
