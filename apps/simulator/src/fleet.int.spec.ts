import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { connectAsync, type MqttClient } from 'mqtt';
import { describeWithServers, eventually, startMosquitto, type TestMosquitto } from '@downlink/testing';
import type { Behaviour } from './behaviour.js';
import { Fleet, type FleetOptions } from './fleet.js';

const ID = '1056234875692351488';
const commandsOf = (id: string): string => `downlink/v1/devices/${id}/commands`;

describeWithServers(['mosquitto'], 'a simulated fleet', () => {
  let broker: TestMosquitto;
  let platform: MqttClient;
  const said: { topic: string; body: Record<string, unknown> }[] = [];
  const fleets: Fleet[] = [];
  beforeAll(async () => {
    broker = await startMosquitto();
    platform = await connectAsync(broker.url);
    platform.on('message', (topic, payload) => said.push({ topic, body: JSON.parse(payload.toString()) }));
    await platform.subscribeAsync(['downlink/v1/devices/+/answers', 'downlink/v1/devices/+/presence'], { qos: 1 });
  });
  afterEach(async () => {
    for (const fleet of fleets.splice(0)) await fleet.stop();
    said.splice(0);
  });
  afterAll(async () => {
    await platform.endAsync();
    await broker.stop();
  });

  async function start(behaviour: Behaviour, over: Partial<FleetOptions> = {}): Promise<Fleet> {
    const devices = [{ id: behaviour, secret: 's' }];
    const fleet = new Fleet({ url: broker.url, wireFormat: 'native', behaviour, devices, ...over });
    fleets.push(fleet);
    expect(await fleet.start()).toEqual([]);
    return fleet;
  }
  const send = (id: string, over: object = {}) =>
    platform.publishAsync(
      commandsOf(id),
      JSON.stringify({
        id: ID,
        attempt: 1,
        deadline: new Date(Date.now() + 60_000),
        parameters: { on: true },
        ...over,
      }),
      { qos: 1 },
    );
  const answersOf = (device: string) =>
    said.filter(({ topic }) => topic === `downlink/v1/devices/${device}/answers`).map(({ body }) => body['status']);

  it('says what its behaviour says, in that order, and again for a repetition that it does not execute', async () => {
    const fleet = await start('hasty');
    await send('hasty');
    await send('hasty', { attempt: 2 });
    await eventually(() =>
      expect(answersOf('hasty')).toEqual(['succeeded', 'acknowledged', 'succeeded', 'acknowledged']),
    );
    expect(fleet.counters).toMatchObject({ received: 2, executed: 1, duplicates: 1, answered: 2 });
  });

  it('does not execute what comes after its deadline', async () => {
    const fleet = await start('acknowledging');
    await send('acknowledging', { deadline: new Date(Date.now() - 1_000) });
    await eventually(() => expect(fleet.counters.tooLate).toBe(1));
    await send('acknowledging', { attempt: 2 });
    await eventually(() => expect(answersOf('acknowledging')).toEqual(['acknowledged', 'succeeded']));
    expect(fleet.counters).toMatchObject({ received: 2, executed: 1, duplicates: 0 });
  });

  it('that reboots loses its connection with the command unacknowledged, and remembers that it has executed it', async () => {
    const fleet = await start('rebooting', { keepsSession: true, retry: { firstMs: 20 } });
    await send('rebooting');
    // The broker had no PUBACK: it sends the message again into the session that it kept.
    await eventually(() => expect(answersOf('rebooting')).toEqual(['acknowledged', 'succeeded']));
    expect(fleet.counters).toMatchObject({ received: 2, executed: 1, duplicates: 1, lost: 1, connects: 2 });
  });

  it('that lies speaks in the name of another device and of other commands, and answers its own all the same', async () => {
    const fleet = await start('lying', { devices: [{ id: 'lying' }, { id: 'victim' }] });
    await send('lying');
    await eventually(() => expect(answersOf('victim')).toEqual(['succeeded']));
    await eventually(() => expect(answersOf('lying')).toEqual(['succeeded', 'acknowledged', 'succeeded']));
    expect(fleet.counters).toMatchObject({ executed: 1, lies: 3 });
    // This broker lets it listen where it has no business; it tells of that.
    await send('victim', { id: '1056234875692351489' });
    await eventually(() => expect(fleet.counters.overheard).toBe(1));
  });

  it('changes its behaviour, also while it is asleep', async () => {
    const fleet = await start('sleeping', { absences: { awakeMs: 1, awayMs: 600_000 } });
    await eventually(() => expect(fleet.counters).toMatchObject({ connects: 1, connected: 0, lost: 0 }));
    fleet.changeTo('failing');
    await eventually(() => expect(fleet.counters.connected).toBe(1));
    await eventually(async () => {
      await send('sleeping');
      expect(answersOf('sleeping')).toContain('failed');
    });
  });

  it('is told present by its birth and absent by its goodbye, with an epoch that grows', async () => {
    const fleet = await start('sleeping', {
      devices: [{ id: 'present' }],
      absences: { awakeMs: 1, awayMs: 1 },
    });
    const presence = () => said.filter(({ topic }) => topic.endsWith('present/presence')).map(({ body }) => body);
    await eventually(() => expect(presence().length).toBeGreaterThan(3));
    await fleet.stop();
    const [first, second, third] = presence() as { online: boolean; epoch: number }[];
    expect([first!.online, second!.online, third!.online]).toEqual([true, false, true]);
    expect(second!.epoch).toBe(first!.epoch);
    expect(third!.epoch).toBeGreaterThan(first!.epoch);
  });

  it('comes back, each device in its time, when all connections break at once', async () => {
    const devices = Array.from({ length: 50 }, (_, n) => ({ id: `storm-${n}` }));
    const fleet = await start('answering', { devices, retry: { firstMs: 50 } });
    await fleet.reconnect();
    expect(fleet.counters).toMatchObject({ connected: 50, connects: 100, lost: 50, storms: [{ connections: 50 }] });
    // Jittered over the upper half of the first wait.
    expect(fleet.counters.storms[0]!.backAfterMs).toBeGreaterThanOrEqual(25);
    await send('storm-49');
    await eventually(() => expect(answersOf('storm-49')).toEqual(['succeeded']));
  });

  it('shares sockets, each device under its own name', async () => {
    const devices = Array.from({ length: 10 }, (_, n) => ({ id: `shared-${n}` }));
    const fleet = await start('answering', { devices, sharedSockets: 3 });
    expect(fleet.counters.connected).toBe(3);
    for (const { id } of devices) await send(id);
    await eventually(() => expect(fleet.counters).toMatchObject({ executed: 10 }));
    await eventually(() => expect(said.filter(({ topic }) => topic.endsWith('/answers'))).toHaveLength(10));
  });

  it('goes on when what arrives is no command', async () => {
    const fleet = await start('answering');
    await platform.publishAsync(commandsOf('answering'), 'no JSON', { qos: 1 });
    await platform.publishAsync(commandsOf('answering'), 'null', { qos: 1 });
    await eventually(() => expect(fleet.counters.unreadable).toBe(2));
    await send('answering');
    await eventually(() => expect(fleet.counters.executed).toBe(1));
  });

  it('says at its start what refused it, and lives with a broker that is not there', async () => {
    const devices = [{ id: 'a' }, { id: 'b' }];
    const fleet = new Fleet({ url: 'mqtt://127.0.0.1:1', wireFormat: 'native', behaviour: 'answering', devices });
    fleets.push(fleet);
    expect((await fleet.start()).map(({ message }) => message)).toEqual([
      'connect ECONNREFUSED 127.0.0.1:1',
      'connect ECONNREFUSED 127.0.0.1:1',
    ]);
    expect(fleet.counters).toMatchObject({ connected: 0, connects: 0 });
  });
});
