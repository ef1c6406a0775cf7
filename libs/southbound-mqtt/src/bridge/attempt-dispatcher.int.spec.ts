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
import { AttemptDispatcher } from './attempt-dispatcher.js';
import type { StartedAttempt } from './encode-attempt.js';
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
  let lookedUp: string[];

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
    const addresses = {
      addressesOf: async (ids: readonly string[]) => {
        lookedUp.push(...ids);
        return ids.map((id) => ({ device: { deviceId: id, productKey: 'pk1', deviceKey: 'dk1' } }));
      },
      deviceIdsOf: async (keyed: readonly unknown[]) => keyed.map(() => DEVICE),
    };
    lookedUp = [];
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
  const submit = (over = {}, request = {}, id = commandId) =>
    engine.handle([
      {
        kind: 'submit',
        commandId: id,
        deviceId: DEVICE,
        request: aRequest({ deviceId: DEVICE, policy: aPolicy(over), ...request }),
      },
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

  it('speaks to an EnOS device by product and device key, and hears its answer', async () => {
    await device.subscribeAsync('/sys/pk1/dk1/thing/service/Valve', { qos: 1 });
    await submit({}, { wireFormat: 'enos', service: 'Valve', method: 'invoke', parameters: { percent: 40 } });
    expect(await dispatchAll()).toMatchObject({ published: 1 });
    await eventually(() => expect(received).toMatchObject([{ id: commandId, params: { percent: 40 } }]));
    const topic = '/sys/pk1/dk1/thing/service/Valve_reply';
    const payload = Buffer.from(JSON.stringify({ id: commandId, code: 200, data: { open: true } }));
    await intake.take([{ topic, payload, retained: false, receivedAt: performance.now() }]);
    expect(state()).toMatchObject({ status: 'succeeded' });
    expect(lookedUp).toEqual([DEVICE]);
  });

  it('asks nobody for the keys of devices that are spoken to by their id', async () => {
    await listen();
    await submit();
    expect(await dispatchAll()).toMatchObject({ published: 1 });
    expect(lookedUp).toEqual([]);
  });

  it('records what has no spelling in the device’s format, sends it not, and goes on with the rest of its batch', async () => {
    await listen();
    const immediate = { mode: 'immediate', lifetimeMs: 0 };
    await submit({}, { ...immediate, wireFormat: 'enos', service: 'a/b', method: 'invoke' });
    const second = makeCommandId(Date.now(), 1, 2);
    await submit({}, immediate, second);
    expect(await dispatchAll()).toMatchObject({ published: 1, notSent: 1 });
    expect(state()).toMatchObject({ status: 'sending' });
    expect(database.histories.get(commandId)!.at(-1)!.event).toMatchObject({
      type: 'AttemptNotSent',
      reason: 'refused',
      detail: 'the service cannot be part of an EnOS topic',
    });
    await eventually(() => expect(received).toMatchObject([{ id: second }]));
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
