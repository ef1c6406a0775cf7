import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { describeWithServers, eventually, startMosquitto, type TestMosquitto } from '@downlink/testing';
import { connect, connectAsync, type MqttClient } from 'mqtt';
import { startTestGateway, type TestGateway } from './spec-support/start-test-gateway.js';

const commands = 'downlink/v1/devices/native-1/commands';

describeWithServers(['mosquitto'], 'two device gateways in front of one broker', () => {
  let broker: TestMosquitto;
  let gateways: TestGateway[];
  const clients: MqttClient[] = [];

  beforeEach(async () => {
    broker = await startMosquitto();
    gateways = [await startTestGateway(broker.port), await startTestGateway(broker.port)];
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.end(true);
    for (const gateway of gateways) await gateway.stop();
    await broker.stop();
  });

  it('lose nothing for a device that moves back and forth while commands are published', async () => {
    const platform = await connectAsync(broker.url, { protocolVersion: 5 });
    clients.push(platform);
    const received: string[] = [];
    const come = async (at: number): Promise<MqttClient> => {
      const device = connect(gateways[at]!.url, {
        clientId: 'native-1',
        username: 'native-1',
        password: 'secret',
        clean: false,
        reconnectPeriod: 0,
      });
      clients.push(device);
      device.on('message', (_topic, payload) => received.push(payload.toString()));
      await new Promise((resolve) => device.once('connect', resolve));
      return device;
    };
    let device = await come(0);
    await device.subscribeAsync(commands, { qos: 1 });
    let published = 0;
    const publishing = (async () => {
      while (published < 2_000) {
        await platform.publishAsync(commands, String(published), { qos: 1 });
        published += 1;
      }
    })();
    for (let move = 1; move <= 10; move += 1) {
      await eventually(() => expect(published).toBeGreaterThan(move * 150));
      const left = device;
      // Some moves after a goodbye, some after a break, some while the old connection still stands (take-over).
      if (move % 3 === 0) await left.endAsync();
      else if (move % 3 === 1) left.stream.destroy();
      device = await come(move % 2);
    }
    await publishing;
    const expected = Array.from({ length: 2_000 }, (_, n) => String(n));
    await eventually(() => expect(expected.filter((text) => !received.includes(text))).toEqual([]));
    await eventually(() => expect(gateways.map(({ gateway }) => gateway.counts.connected)).toEqual([1, 0]));
  });

  it('take over a session for the same device only, and tell its presence by epochs that grow', async () => {
    const come = (id: string, at: number, clientId = id) =>
      connectAsync(gateways[at]!.url, { clientId, username: id, password: 'secret', reconnectPeriod: 0 }, false);
    const [one, other] = await Promise.all([come('native-1', 0), come('native-2', 0)]);
    clients.push(one, other);
    await one.subscribeAsync(commands, { qos: 1 });
    await expect(come('native-2', 1, 'native-1')).rejects.toThrow();
    await expect(come('native-2', 1, 'downlink-device-native-1')).rejects.toThrow();
    expect([one.connected, other.connected]).toEqual([true, true]);
    const closed = new Promise<void>((resolve) => one.once('close', () => resolve()));
    const again = await come('native-1', 1);
    clients.push(again);
    await closed;
    await again.subscribeAsync(commands, { qos: 1 });
    expect(other.connected).toBe(true);
    await eventually(() => expect(gateways[0]!.presence).toHaveLength(2));
    const epochs = [gateways[0]!.presence[1]!, gateways[1]!.presence[0]!].map((line) => Number(line.split(' ')[2]));
    expect(epochs[1]).toBeGreaterThan(epochs[0]!);
  });
});
