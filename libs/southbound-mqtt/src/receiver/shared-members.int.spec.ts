import { expect, it } from '@jest/globals';
import { describeWithServers, eventually, startMosquitto } from '@downlink/testing';
import mqtt from 'mqtt';
import type { MqttClient } from 'mqtt';

const FILTER = '$share/group/up/+';
const MESSAGES = 20;

/** A member of a group that acknowledges, or takes messages and never does. */
async function member(url: string, options: { clientId: string; clean: boolean; acknowledges: boolean }) {
  const { clientId, clean, acknowledges } = options;
  const taken: string[] = [];
  const session = clean ? {} : { properties: { sessionExpiryInterval: 3_600 } };
  const client = mqtt.connect(url, { clientId, clean, ...session, protocolVersion: 5, reconnectPeriod: 0 });
  client.handleMessage = (packet, done) => {
    taken.push(packet.payload.toString());
    if (acknowledges) done();
  };
  await new Promise<void>((resolve) => client.once('connect', () => resolve()));
  await client.subscribeAsync(FILTER, { qos: 1 });
  return { client, taken, die: () => void client.stream.destroy() };
}

/** Twenty messages to a group of two, one of which dies with what it holds; then somebody comes by its name. */
async function afterADeath(url: string, clean: boolean): Promise<Set<string>> {
  const live = await member(url, { clientId: 'live', clean, acknowledges: true });
  const dying = await member(url, { clientId: 'dying', clean, acknowledges: false });
  const sender: MqttClient = await mqtt.connectAsync(url);
  await Promise.all(
    Array.from({ length: MESSAGES }, (_, n) => sender.publishAsync(`up/${String(n)}`, String(n), { qos: 1 })),
  );
  await eventually(() => expect(live.taken.length).toBeGreaterThan(0));
  await eventually(() => expect(dying.taken.length).toBeGreaterThan(0));
  dying.die();
  await new Promise<void>((resolve) => dying.client.once('close', () => resolve()));
  const heir = await member(url, { clientId: 'dying', clean, acknowledges: true });
  // Behind it nothing of the twenty can come to the heir any more.
  await sender.publishAsync('up/last', 'last', { qos: 1 });
  await sender.publishAsync('up/last', 'last', { qos: 1 });
  await eventually(() => expect([live.taken, heir.taken].map((taken) => taken.includes('last'))).toEqual([true, true]));
  await Promise.all([live.client, heir.client, dying.client, sender].map((client) => client.endAsync(true)));
  const taken = new Set([...live.taken, ...heir.taken]);
  taken.delete('last');
  return taken;
}

describeWithServers(['mosquitto'], 'a shared subscription whose member dies with unacknowledged messages', () => {
  it('loses them when the members’ sessions are clean, which is why ours are not', async () => {
    const broker = await startMosquitto();
    const taken = await afterADeath(broker.url, true);
    await broker.stop();
    expect(taken.size).toBeLessThan(MESSAGES);
  });

  it('loses none when they are persistent and somebody comes back by the dead one’s name, as the holder of its lease does', async () => {
    const broker = await startMosquitto();
    const taken = await afterADeath(broker.url, false);
    await broker.stop();
    expect(taken.size).toBe(MESSAGES);
  });
});
