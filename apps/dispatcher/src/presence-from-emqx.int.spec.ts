import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { createEngine } from '@downlink/command-engine';
import { DeviceDirectory, MqttPublisher, PacedTurns, readEmqxEvent, UplinkIntake } from '@downlink/southbound-mqtt';
import { createPostgresStore, migrate, type PostgresStore } from '@downlink/store-postgres';
import { createTestDatabase, describeWithServers, eventually, startMosquitto } from '@downlink/testing';
import { startReceiving } from './start-receiving.js';

/** Mosquitto lets no client publish below $SYS: it stands in for EMQX with a rule that republishes its events elsewhere. */
const EVENTS = 'events/brokers';
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

describeWithServers(['mosquitto'], 'presence from EMQX’ events', () => {
  let store: PostgresStore;
  let publisher: MqttPublisher;
  let cleanups: (() => Promise<unknown>)[];

  beforeEach(async () => {
    cleanups = [];
    const database = await createTestDatabase({ template: migrate });
    cleanups.push(() => database.drop());
    store = createPostgresStore({ url: database.url, onConnectionError: (error) => process.emitWarning(error) });
    cleanups.push(() => store.close());
    const broker = await startMosquitto();
    cleanups.push(() => broker.stop());
    const turns = new PacedTurns(createEngine(store.commandStore, { handOver: () => undefined }), silent);
    cleanups.push(() => turns.stop());
    const intake = new UplinkIntake({
      reader: store.commandReader,
      turns,
      strays: store.strayAnswers,
      isKnown: async (ids) => ids.map((id) => !id.startsWith('stranger')),
      names: new DeviceDirectory(store.registry),
      brokerEvents: (topic, payload) => readEmqxEvent(EVENTS, topic, payload),
      logger: silent,
    });
    const receiving = startReceiving({
      leases: store.shardLeases,
      owner: 'one',
      broker: { url: broker.url },
      direct: { spread: 'shared', enos: false, emqxEvents: EVENTS },
      take: async (batch) => void (await intake.take(batch)),
      logger: silent,
    });
    cleanups.push(() => receiving.stop());
    publisher = new MqttPublisher({ url: broker.url, clientId: 'emqx', logger: silent });
    cleanups.push(() => publisher.stop());
    await publisher.start();
    await eventually(() => expect([publisher.connected, receiving.sessions]).toEqual([true, 8]));
  });
  afterEach(async () => {
    for (const cleanup of cleanups.toReversed()) await cleanup();
  });

  const tell = async (event: string, names: { clientid: string; username: string }, more: object = {}) => {
    const topic = `${EVENTS}/emqx@127.0.0.1/clients/${names.clientid}/${event}`;
    const outcome = await publisher.publish({ topic, payload: JSON.stringify({ ...names, ...more }) });
    expect(outcome).toEqual({ kind: 'accepted' });
  };
  const lane = (deviceId: string) => store.commandReader.lane(deviceId);
  const names = { clientid: 'd1-session', username: 'd1' };

  it('an online event makes a device reachable, its offline event does not any more', async () => {
    await tell('connected', names, { connected_at: 1_000 });
    await eventually(async () =>
      expect(await lane('d1')).toMatchObject({ unreachableSince: null, presenceEpoch: 1_000 }),
    );
    await tell('disconnected', names, { connected_at: 1_000, disconnected_at: 2_000 });
    await eventually(async () => expect((await lane('d1'))!.unreachableSince).not.toBeNull());
    await tell('subscribed', names, { topic: 'downlink/v1/devices/d1/commands' });
    await eventually(async () => expect((await lane('d1'))!.unreachableSince).toBeNull());
  });

  it('the offline event of an old session that comes after the new one’s online event changes nothing', async () => {
    await tell('connected', names, { connected_at: 1_000 });
    await tell('connected', names, { connected_at: 3_000 });
    await tell('disconnected', names, { connected_at: 1_000, disconnected_at: 2_000 });
    // Behind it, in order: when this is known, the event before has been handled.
    await tell('connected', { clientid: 'd2', username: 'd2' }, { connected_at: 1 });
    await eventually(async () => expect(await lane('d2')).toBeDefined());
    expect(await lane('d1')).toMatchObject({ unreachableSince: null, presenceEpoch: 3_000 });
  });

  it('a Huawei device is known by its client id, and the platform’s own connections are nobody', async () => {
    await tell('connected', { clientid: 'downlink-receiver-0', username: 'platform' }, { connected_at: 1 });
    await tell('connected', { clientid: 'meter_1_0_0_2026112205', username: 'meter_1' }, { connected_at: 1 });
    await eventually(async () => expect(await lane('meter_1')).toMatchObject({ unreachableSince: null }));
    expect(await lane('platform')).toBeUndefined();
  });

  it('births are not listened to then: two sources would contradict each other', async () => {
    const topic = 'downlink/v1/devices/d1/presence';
    const outcome = await publisher.publish({ topic, payload: '{"online":true,"epoch":1}' });
    expect(outcome).toEqual({ kind: 'no-subscriber' });
  });
});
