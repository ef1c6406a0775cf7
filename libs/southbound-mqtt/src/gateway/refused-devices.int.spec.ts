import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { createServer } from 'node:net';
import { describeWithServers, eventually, freePort, startMosquitto, type TestMosquitto } from '@downlink/testing';
import type { GatewayOptions } from './ports.js';
import { connectOf, type RawDevice, startRawDevice } from './spec-support/raw-device.js';
import { startTestGateway, type TestGateway } from './spec-support/start-test-gateway.js';

describeWithServers(['mosquitto'], 'a device gateway that says no', () => {
  let broker: TestMosquitto;
  let gateway: TestGateway;
  const cleanups: (() => unknown)[] = [];

  beforeEach(async () => {
    broker = await startMosquitto();
    gateway = await startTestGateway(broker.port);
  });
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0)) await cleanup();
    await gateway.stop();
    await broker.stop();
  });

  const raw = async (version: 3 | 4 | 5 = 4, port = gateway.port): Promise<RawDevice> => {
    const device = await startRawDevice(port, version);
    cleanups.push(() => device.socket.destroy());
    return device;
  };
  const another = async (options: Partial<GatewayOptions>, brokerPort = broker.port): Promise<TestGateway> => {
    const started = await startTestGateway(brokerPort, options);
    cleanups.push(() => started.stop());
    return started;
  };
  const refusedBy = async (of: TestGateway, device: RawDevice): Promise<unknown> => {
    await eventually(() => expect(device.closed).toBe(true));
    const first = device.got[0];
    if (first?.cmd !== 'connack') return undefined;
    expect(of.gateway.counts.connected).toBe(0);
    return first.reasonCode ?? first.returnCode;
  };

  it.each([
    ['an unknown device', { username: 'nobody' }, 'unknown', 4, 0x86],
    ['a wrong password', { password: Buffer.from('hunter2') }, 'wrong-password', 4, 0x86],
    ['a client id that is not the device', { clientId: 'native-2' }, 'client-id', 2, 0x85],
    [
      'a will on a foreign topic',
      { will: { topic: 'downlink/v1/devices/native-2/presence', payload: Buffer.from('x') } },
      'will',
      5,
      0x87,
    ],
    [
      'a will on its command topic',
      { will: { topic: 'downlink/v1/devices/native-1/commands', payload: Buffer.from('x') } },
      'will',
      5,
      0x87,
    ],
    [
      'a retained will',
      { will: { topic: 'downlink/v1/devices/native-1/answers', retain: true, payload: Buffer.from('x') } },
      'will',
      5,
      0x87,
    ],
  ] as const)(
    'tells %s why, in the words of its version, counts it and logs no secret',
    async (_, changes, kind, three, five) => {
      for (const [version, code] of [
        [3, three],
        [4, three],
        [5, five],
      ] as const) {
        const device = await raw(version);
        const protocolId = version === 3 ? 'MQIsdp' : 'MQTT';
        device.say(connectOf('native-1', { protocolVersion: version, protocolId, ...changes }));
        expect(await refusedBy(gateway, device)).toBe(code);
      }
      expect(gateway.gateway.counts.refused[kind]).toBe(3);
      expect(gateway.lines.filter(({ details }) => details['kind'] === kind)).toHaveLength(3);
      expect(JSON.stringify(gateway.lines)).not.toMatch(/hunter2|secret/);
      expect(gateway.presence).toEqual([]);
    },
  );

  it('knows no enhanced authentication', async () => {
    const device = await raw(5);
    device.say(connectOf('native-1', { protocolVersion: 5, properties: { authenticationMethod: 'SCRAM' } }));
    expect(await refusedBy(gateway, device)).toBe(0x8c);
    expect(gateway.gateway.counts.refused['enhanced-authentication']).toBe(1);
  });

  it.each([
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['a PUBLISH first', Buffer.from([0x30, 3, 0, 1, 97])],
    [
      'a CONNECT that lies about its lengths',
      Buffer.from([0x10, 14, 0, 4, 77, 81, 84, 84, 4, 2, 0, 0, 0xff, 0xff, 97, 97]),
    ],
    ['a remaining length without end', Buffer.from([0x10, 0xff, 0xff, 0xff, 0xff, 0x7f])],
  ])('closes on %s', async (_, bytes) => {
    const device = await raw();
    device.write(bytes);
    await eventually(() => expect(device.closed).toBe(true));
    expect(device.got).toEqual([]);
    await eventually(() => expect(gateway.gateway.counts.connections).toBe(0));
    expect(gateway.gateway.counts.refused.malformed).toBe(1);
  });

  it('tells a device of an unknown version of MQTT that it is not spoken', async () => {
    const device = await raw();
    device.write(Buffer.from([0x10, 13, 0, 4, 77, 81, 84, 84, 9, 2, 0, 0, 0, 1, 97]));
    expect(await refusedBy(gateway, device)).toBe(1);
  });

  it('closes on a packet above the limit before it is there', async () => {
    const device = await raw(5);
    device.say(connectOf('native-1', { protocolVersion: 5 }));
    await eventually(() => expect(device.got).toHaveLength(1));
    expect(device.got[0]).toMatchObject({ properties: { maximumPacketSize: 66_560 } });
    device.write(Buffer.from([0x32, 0xff, 0xff, 0x7f]));
    await eventually(() => expect(device.closed).toBe(true));
    expect(device.got[1]).toMatchObject({ cmd: 'disconnect', reasonCode: 0x95 });
    expect(gateway.gateway.counts.refused.oversized).toBe(1);
  });

  it('closes on a device that does not say CONNECT in time, also in small portions', async () => {
    const impatient = await another({ limits: { connectTimeoutMs: 300 } });
    const silent = await raw(4, impatient.port);
    const slow = await raw(4, impatient.port);
    const trickle = setInterval(() => slow.write(Buffer.from([0x10, 0x7f]).subarray(0, 1)), 50);
    cleanups.push(() => clearInterval(trickle));
    slow.write(Buffer.from([0x10, 0x7f]));
    await eventually(() => expect([silent.closed, slow.closed]).toEqual([true, true]));
    expect(impatient.gateway.counts.refused['connect-timeout']).toBe(2);
  });

  it('refuses connects above the rate and lets them in a little later', async () => {
    const strict = await another({ limits: { connectsPerSecond: 2, connectBurst: 2 } });
    const devices = await Promise.all([1, 2, 3, 4, 5].map(() => raw(5, strict.port)));
    for (const [index, device] of devices.entries())
      device.say(connectOf(`native-${String(index)}`, { protocolVersion: 5 }));
    await eventually(() => expect(devices.every(({ got }) => got[0]?.cmd === 'connack')).toBe(true));
    const codes = devices.map(({ got }) => (got[0]?.cmd === 'connack' ? got[0].reasonCode : undefined));
    expect(codes.filter((code) => code === 0x9f)).toHaveLength(strict.gateway.counts.refused['connect-rate']);
    expect(strict.gateway.counts.refused['connect-rate']).toBeGreaterThanOrEqual(2);
    await eventually(async () => {
      const late = await raw(5, strict.port);
      late.say(connectOf('native-9', { protocolVersion: 5 }));
      await eventually(() => expect(late.got[0]).toMatchObject({ reasonCode: 0 }), { withinMs: 500 });
    });
  });

  it('refuses more devices than it may hold, and those beyond without a word', async () => {
    const small = await another({ limits: { maxConnections: 10 } });
    const devices: RawDevice[] = [];
    for (let n = 0; n < 12; n += 1) {
      const device = await raw(5, small.port);
      device.say(connectOf(`native-${String(n)}`, { protocolVersion: 5 }));
      if (n < 11) await eventually(() => expect(device.got).toHaveLength(1));
      devices.push(device);
    }
    expect(devices[9]?.got[0]).toMatchObject({ reasonCode: 0 });
    expect(devices[10]?.got[0]).toMatchObject({ reasonCode: 0x97 });
    await eventually(() => expect(small.gateway.counts.connections).toBeLessThanOrEqual(11));
    expect(small.gateway.counts.refused.connections).toBeGreaterThanOrEqual(1);
  });

  it('says "server unavailable" while the broker is away', async () => {
    const lonely = await another({}, await freePort());
    for (const [version, code] of [
      [4, 3],
      [5, 0x88],
    ] as const) {
      const device = await raw(version, lonely.port);
      device.say(connectOf('native-1', { protocolVersion: version }));
      expect(await refusedBy(lonely, device)).toBe(code);
    }
    expect(lonely.gateway.counts.refused.unavailable).toBe(2);
  });

  it('says "server unavailable" when the broker does not answer in time', async () => {
    const sockets = new Set<{ destroy(): unknown }>();
    const mute = createServer((socket) => sockets.add(socket));
    const port = await freePort();
    await new Promise<void>((resolve) => mute.listen(port, '127.0.0.1', resolve));
    const lonely = await another({ limits: { connectTimeoutMs: 300 } }, port);
    const device = await raw(4, lonely.port);
    device.say(connectOf('native-1'));
    expect(await refusedBy(lonely, device)).toBe(3);
    for (const socket of sockets) socket.destroy();
    await new Promise<void>((resolve) => mute.close(() => resolve()));
  });

  it('says "server unavailable" when the registry fails, and when the broker refuses the gateway itself', async () => {
    const failing = await another({ authenticator: { authenticate: () => Promise.reject(new Error('no database')) } });
    const device = await raw(4, failing.port);
    device.say(connectOf('native-1'));
    expect(await refusedBy(failing, device)).toBe(3);

    const locked = await startMosquitto({ settings: ['allow_anonymous false'] });
    cleanups.push(() => locked.stop());
    const stranger = await another({}, locked.port);
    const other = await raw(4, stranger.port);
    other.say(connectOf('native-1'));
    expect(await refusedBy(stranger, other)).toBe(3);
    expect(stranger.lines.at(-1)?.details).toMatchObject({ kind: 'unavailable', deviceId: 'native-1' });
  });

  it('tells a few refusals of an address and counts the rest', async () => {
    for (let n = 0; n < 20; n += 1) {
      const device = await raw();
      device.say(connectOf('native-1', { password: Buffer.from(`guess ${String(n)}`) }));
      expect(await refusedBy(gateway, device)).toBe(4);
    }
    expect(gateway.gateway.counts.refused['wrong-password']).toBe(20);
    expect(gateway.lines).toHaveLength(5);
  });
});
