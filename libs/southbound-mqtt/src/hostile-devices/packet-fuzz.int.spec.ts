import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWithServers, eventually, fuzzedPackets } from '@downlink/testing';
import type { DeviceAddress } from '../gateway/ports.js';
import { FORMATS, isOwnUplink } from './spec-support/format-topics.js';
import {
  knownDevices,
  secretOf,
  startGatewayUnderAttack,
  type GatewayUnderAttack,
} from './spec-support/gateway-under-attack.js';
import { fuzzedPacket, type FuzzedPacket } from './spec-support/packet-fuzzer.js';
import { RawClient, type Version } from './spec-support/raw-client.js';
import { seededRandom } from './spec-support/seeded-random.js';
import { serveWellBehavedDevice, WELL_BEHAVED } from './spec-support/well-behaved-device.js';

const { packets, seed } = fuzzedPackets();
/** Hostile devices at work at the same time; each has a wire format. */
const ATTACKERS = 16;
const MEMORY_BOUND = 96 * 1024 * 1024;

const ODD_TOPICS = ['#', '+/#', '$SYS/broker/uptime', '$share/g/#', 'downlink/v1/uplinks/0/x/y', 'x', 'a\u0000b', 'ü'];

const attackers = Array.from({ length: ATTACKERS }, (_, n) => {
  const format = FORMATS[n % FORMATS.length]!;
  return { format, device: format.address(`attacker-${String(n)}`) };
});
const victims = FORMATS.map((format) => ({ format, device: format.address('victim') }));

let attacked: GatewayUnderAttack;
const sent = { grammar: 0, random: 0, beforeConnect: 0, afterConnect: 0, survived: 0 };

/** Sends one packet; true when the gateway still talks to the device afterwards. */
async function survives(client: RawClient, { bytes, isWhole }: FuzzedPacket): Promise<boolean> {
  client.sendBytes(bytes);
  // Where a packet has no end, what came next would be taken for the rest of it: the device falls silent instead.
  if (isWhole) return client.answers();
  await client.finish();
  return false;
}

async function attack(n: number, count: number): Promise<void> {
  const random = seededRandom(seed + n);
  const { format, device } = attackers[n]!;
  const topics = [device, format.address('victim')]
    .flatMap((each) => [...format.uplinks(each), ...format.commands(each)])
    .concat(ODD_TOPICS);
  let connected: RawClient | undefined;
  for (let i = 0; i < count; i++) {
    const beforeConnect = random.oneIn(2);
    const version: Version = beforeConnect || connected === undefined ? random.pick([3, 4, 5]) : connected.version;
    const packet = fuzzedPacket({ random, topics }, version);
    sent[packet.from] += 1;
    sent[beforeConnect ? 'beforeConnect' : 'afterConnect'] += 1;
    if (beforeConnect) {
      expect(await survives(await RawClient.open(attacked.port, version), packet)).toBe(false);
      continue;
    }
    connected ??= await login(device, version);
    const survived = await survives(connected, packet);
    if (survived) sent.survived += 1;
    else connected = undefined;
  }
  connected?.destroy();
}

async function login(device: DeviceAddress, protocolVersion: Version): Promise<RawClient> {
  const { client, connack } = await RawClient.connect(attacked.port, {
    clientId: device.deviceId,
    username: device.deviceId,
    password: Buffer.from(secretOf(device)),
    protocolVersion,
  });
  expect(connack?.reasonCode ?? connack?.returnCode).toBe(0);
  return client;
}

/** An uplink of this attacker under its proven id, or the will that the gateway leaves with the broker for it. */
function isSaidBy({ format, device }: (typeof attackers)[number], topic: string): boolean {
  const [, deviceId, said] = /^downlink\/v1\/uplinks\/[0-7]\/([^/]+)\/(.*)$/s.exec(topic) ?? [];
  if (deviceId !== device.deviceId || said === undefined) return false;
  return isOwnUplink(format, device, said) || said === 'presence';
}

/** What is in use once all that is not has been collected. */
function memoryInUse(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return heapUsed + external + arrayBuffers;
}

describeWithServers(['mosquitto'], `${String(packets)} packets made up from seed ${String(seed)}`, () => {
  beforeAll(async () => {
    const devices = [...attackers, ...victims].map(({ format: { wireFormat }, device }) => ({
      wireFormat,
      device,
      subscriptions: [],
    }));
    attacked = await startGatewayUnderAttack(knownDevices([...devices, WELL_BEHAVED]), {
      connectsPerSecond: 1_000_000,
      connectBurst: 1_000_000,
    });
  });
  afterAll(() => attacked.stop());

  it('harm nobody: a device that behaves is served, memory stays bounded, and nothing gets where it must not', async () => {
    const service = await serveWellBehavedDevice(attacked);
    let platformLost = 0;
    attacked.platform.on('close', () => (platformLost += 1));
    const before = memoryInUse();
    const share = Math.ceil(packets / ATTACKERS);
    await Promise.all(attackers.map((_, n) => attack(n, share)));

    await eventually(() => expect(attacked.gateway.counts.connected).toBe(1));
    expect(await service.finish()).toMatchObject({ disconnects: 0 });
    expect(platformLost).toBe(0);
    expect(sent.grammar + sent.random).toBe(share * ATTACKERS);
    await eventually(() => expect(attacked.gateway.counts).toMatchObject({ connections: 0, connected: 0 }));
    expect(memoryInUse() - before).toBeLessThan(MEMORY_BOUND);
    console.log(`seed ${String(seed)}:`, sent, attacked.gateway.counts.refused);
  }, 900_000);

  it('bring to the broker only what their senders may say, under the topics that name them', () => {
    const elsewhere = attacked.seen
      .map(({ topic }) => topic)
      .filter((topic) => !topic.includes('well-behaved') && !attackers.some((attacker) => isSaidBy(attacker, topic)));
    expect([...new Set(elsewhere)]).toEqual([]);
  });

  it('leave nothing retained', async () => {
    expect((await attacked.retained()).filter(({ topic }) => !topic.startsWith('$SYS/'))).toEqual([]);
  });

  it('are counted, and logged without a secret', () => {
    const refused = Object.values(attacked.gateway.counts.refused).reduce((sum, count) => sum + count, 0);
    expect(refused).toBeGreaterThan(sent.beforeConnect / 2);
    expect(attacked.logger.lines.filter((line) => JSON.stringify(line).includes('secret of'))).toEqual([]);
  });
});
