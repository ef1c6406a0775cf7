import { afterEach, describe, expect, it } from '@jest/globals';
import { connect as connectTo } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import { eventually, startAedes } from '@downlink/testing';
import { connectAsync, type MqttClient } from 'mqtt';
import { generate as certificate } from 'selfsigned';
import { connectOf, startRawDevice } from './spec-support/raw-device.js';
import { startTestGateway } from './spec-support/start-test-gateway.js';

const commands = 'downlink/v1/devices/native-1/commands';
const credentials = { username: 'native-1', clientId: 'native-1', password: 'secret', reconnectPeriod: 0 };

describe('a device gateway', () => {
  const cleanups: (() => unknown)[] = [];
  const clients: MqttClient[] = [];
  afterEach(async () => {
    for (const client of clients.splice(0)) client.end(true);
    for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
  });

  const roundTrip = async (gatewayUrl: string, brokerUrl: string): Promise<void> => {
    const device = await connectAsync(gatewayUrl, credentials, false);
    const platform = await connectAsync(brokerUrl);
    clients.push(device, platform);
    const [commanded, answered]: [string[], string[]] = [[], []];
    device.on('message', (_topic, payload) => commanded.push(payload.toString()));
    platform.on('message', (_topic, payload) => answered.push(payload.toString()));
    await device.subscribeAsync(commands, { qos: 1 });
    await platform.subscribeAsync('downlink/v1/uplinks/#', { qos: 1 });
    const big = 'x'.repeat(40_000);
    for (const text of ['open', big]) await platform.publishAsync(commands, text, { qos: 1 });
    for (const text of ['done', big])
      await device.publishAsync('downlink/v1/devices/native-1/answers', text, { qos: 1 });
    await eventually(() =>
      expect([commanded, answered]).toEqual([
        ['open', big],
        ['done', big],
      ]),
    );
  };

  it('works before the embedded broker, where sessions end with their connections', async () => {
    const broker = await startAedes();
    const gateway = await startTestGateway(broker.port, { cleanSessions: true });
    cleanups.push(
      () => broker.stop(),
      () => gateway.stop(),
    );
    await roundTrip(gateway.url, broker.url);
    for (const client of clients.splice(0)) await client.endAsync();
    const kept = await startRawDevice(gateway.port);
    kept.say(connectOf('native-2', { clean: false }));
    await eventually(() => expect(kept.got).toHaveLength(1));
    kept.socket.destroy();
    await eventually(() => expect(gateway.gateway.counts.connected).toBe(0));
    const back = await startRawDevice(gateway.port);
    back.say(connectOf('native-2', { clean: false }));
    await eventually(() => expect(back.got[0]).toMatchObject({ returnCode: 0, sessionPresent: false }));
    back.socket.destroy();
  });

  it('tells a device of MQTT 5 that the embedded broker does not speak it', async () => {
    const broker = await startAedes();
    const gateway = await startTestGateway(broker.port);
    cleanups.push(
      () => broker.stop(),
      () => gateway.stop(),
    );
    const device = await startRawDevice(gateway.port, 5);
    device.say(connectOf('native-1', { protocolVersion: 5 }));
    await eventually(() => expect(device.closed).toBe(true));
    expect(device.got[0]).toMatchObject({ cmd: 'connack', reasonCode: 0x84 });
  });

  it('reaches a broker behind TLS', async () => {
    const broker = await startAedes();
    const { private: key, cert } = await certificate([{ name: 'commonName', value: 'localhost' }]);
    const connections = new Set<TLSSocket>();
    const front = createServer({ key, cert }, (socket) => {
      connections.add(socket);
      const behind = connectTo({ port: broker.port, host: '127.0.0.1' });
      socket.on('error', () => behind.destroy()).on('close', () => behind.destroy());
      behind.on('error', () => socket.destroy()).on('close', () => socket.destroy());
      socket.pipe(behind).pipe(socket);
    });
    await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
    const address = front.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const gateway = await startTestGateway(port, {
      upstream: { host: '127.0.0.1', port, tls: { ca: cert, servername: 'localhost' } },
    });
    cleanups.push(
      () => broker.stop(),
      () => new Promise<void>((resolve) => front.close(() => resolve())),
      () => connections.forEach((socket) => socket.destroy()),
      () => gateway.stop(),
    );
    await roundTrip(gateway.url, broker.url);
    const stranger = await startTestGateway(port, { upstream: { host: '127.0.0.1', port, tls: {} } });
    cleanups.push(() => stranger.stop());
    const device = await startRawDevice(stranger.port);
    device.say(connectOf('native-1'));
    await eventually(() => expect(device.got[0]).toMatchObject({ returnCode: 3 }));
  });
});
