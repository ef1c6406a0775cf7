import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { describeWithServers, eventually } from '@downlink/testing';
import type { IConnectPacket, IPubackPacket, IPublishPacket, ISubackPacket } from 'mqtt-packet';
import type { DeviceAddress } from '../gateway/ports.js';
import { FORMATS, type FormatTopics } from './spec-support/format-topics.js';
import {
  knownDevices,
  secretOf,
  startGatewayUnderAttack,
  type GatewayUnderAttack,
} from './spec-support/gateway-under-attack.js';
import { RawClient, type Version } from './spec-support/raw-client.js';

const VERSIONS: readonly Version[] = [3, 4, 5];
const REFUSED = 0x80;

/** What is nobody's, whatever the wire format. */
const PLATFORM_TOPICS = [
  '$SYS/broker/version',
  '$SYS/brokers/x/clients/y/connected',
  'downlink/v1/uplinks/0/platform/x',
  'x',
  '/',
];
const WILDCARDS = ['#', '/#', '+', '+/#', '/+/+/+/+', 'downlink/#', 'downlink/v1/uplinks/#', '/sys/#', '$SYS/#'];

let attacked: GatewayUnderAttack;
let serial = 0;
/** What only a hostile device says, and what only the platform does. */
const marker = (): string => `evil ${String(++serial)};`;
const command = (): string => `command ${String(++serial)};`;

const own = (format: FormatTopics): DeviceAddress => format.address('own');
const victim = (format: FormatTopics): DeviceAddress => format.address('victim');
const login = (device: DeviceAddress) => ({
  clientId: device.deviceId,
  username: device.deviceId,
  password: Buffer.from(secretOf(device)),
});

async function connected(
  device: DeviceAddress,
  options: Partial<IConnectPacket> & { protocolVersion: Version },
): Promise<RawClient> {
  const { client, connack } = await RawClient.connect(attacked.port, { ...login(device), ...options });
  expect(connack?.reasonCode ?? connack?.returnCode).toBe(0);
  return client;
}

type Publish = Pick<IPublishPacket, 'topic' | 'payload'> & Partial<IPublishPacket>;

/** Publishes, and says whether it was taken: false when the connection ended over it, or the acknowledgement refuses it. */
async function takes(client: RawClient, publish: Publish): Promise<boolean> {
  client.send({ cmd: 'publish', qos: 1, dup: false, retain: false, messageId: 7, ...publish });
  const stays = await client.answers();
  const refusal = client.packets.find((packet) => ((packet as IPubackPacket).reasonCode ?? 0) >= REFUSED);
  return stays && refusal === undefined;
}

/** The granted QoS of each filter, or undefined when the connection ended. */
async function subscribes(client: RawClient, filters: readonly string[]): Promise<number[] | undefined> {
  const subscriptions = filters.map((topic) => ({ topic, qos: 1 as const }));
  client.send({ cmd: 'subscribe', messageId: 9, subscriptions });
  const suback = (await client.next('suback')) as ISubackPacket | undefined;
  return suback?.granted as number[] | undefined;
}

const reached = (what: string) => attacked.seen.filter(({ payload }) => payload.includes(what));

/** Resolves when all that was taken before has come to the platform. */
async function settled(): Promise<void> {
  const last = `last ${String(++serial)};`;
  attacked.platform.publish('late/settled', last, { qos: 1 });
  await eventually(() => expect(reached(last)).toHaveLength(1));
}

const othersTopics = (): string[] =>
  FORMATS.flatMap((each) => [...each.uplinks(victim(each)), ...each.commands(victim(each))]);

function foreignTopics(format: FormatTopics): string[] {
  const [uplink] = format.uplinks(victim(format));
  const uplinkTopics = [own(format), victim(format)].flatMap(({ deviceId }) =>
    Array.from({ length: 9 }, (_, bucket) => `downlink/v1/uplinks/${String(bucket)}/${deviceId}/${uplink!}`),
  );
  const misspelt = format.uplinks(own(format)).flatMap((topic) => [`/${topic}`, topic.toUpperCase(), `x/${topic}`]);
  const echoes = format.uplinks(own(format)).map((topic) => `${topic.replace(/_reply$/, '')}_reply_reply`);
  return [
    ...othersTopics(),
    ...format.commands(own(format)),
    ...uplinkTopics,
    ...misspelt,
    ...echoes,
    ...PLATFORM_TOPICS,
  ];
}

function foreignFilters(format: FormatTopics): string[] {
  const mine = format.commands(own(format));
  const widened = mine.flatMap((topic) => [
    `$share/group/${topic}`,
    `${topic}/#`,
    `${topic.split('/').slice(0, -1).join('/')}/+`,
    ...topic.split('/').map((_, level, levels) => levels.with(level, '+').join('/')),
  ]);
  const shared = ['$share/group/#', `$share/group/${format.commands(victim(format))[0]!}`];
  return [
    ...othersTopics(),
    ...format.uplinks(own(format)),
    ...PLATFORM_TOPICS,
    ...WILDCARDS,
    ...widened,
    ...shared,
  ].filter((filter) => !mine.includes(filter));
}

describeWithServers(['mosquitto'], 'a device with valid credentials', () => {
  beforeAll(async () => {
    const devices = FORMATS.flatMap((format) =>
      [own(format), victim(format)].map((device) => ({
        wireFormat: format.wireFormat,
        device,
        subscriptions: format.subscribesItself ? [] : format.commands(device),
      })),
    );
    attacked = await startGatewayUnderAttack(knownDevices(devices), {
      connectsPerSecond: 10_000,
      connectBurst: 10_000,
    });
  });
  afterAll(() => attacked.stop());

  describe.each(FORMATS.map((format) => [format.wireFormat, format] as const))('of wire format %s', (_, format) => {
    describe.each(VERSIONS)('and MQTT version %i', (protocolVersion) => {
      it('publishes on its own uplink topics, and the platform hears it under its proven id', async () => {
        const client = await connected(own(format), { protocolVersion });
        for (const topic of format.uplinks(own(format))) {
          const payload = marker();
          expect(await takes(client, { topic, payload })).toBe(true);
          await eventually(() => expect(reached(payload)).toHaveLength(1));
          const heard = reached(payload)[0]!.topic;
          expect(heard).toMatch(/^downlink\/v1\/uplinks\/[0-7]\//);
          expect(heard.split('/').slice(4).join('/')).toBe(`${own(format).deviceId}/${topic}`);
        }
        client.destroy();
      });

      it.each([0, 1, 2] as const)('publishes nowhere else with QoS %i', async (qos) => {
        const before = attacked.gateway.counts.refused.publish;
        const topics = foreignTopics(format);
        const taken: string[] = [];
        for (const topic of topics) {
          const client = await connected(own(format), { protocolVersion });
          if (await takes(client, { topic, payload: marker(), qos })) taken.push(topic);
          client.destroy();
        }
        expect(taken).toEqual([]);
        await settled();
        expect(reached('evil').filter(({ topic }) => topics.includes(topic))).toEqual([]);
        expect(attacked.gateway.counts.refused.publish - before).toBe(topics.length);
      });

      it('leaves nothing retained on its own topics', async () => {
        for (const topic of format.uplinks(own(format))) {
          const client = await connected(own(format), { protocolVersion });
          const taken = await takes(client, { topic, payload: marker(), retain: true });
          // A birth may be marked as to be kept; it goes on without that mark.
          expect({ topic, taken }).toEqual({ topic, taken: topic === format.presence?.(own(format)) });
          client.destroy();
        }
        await settled();
        const kept = await attacked.retained();
        expect(kept.filter(({ topic }) => !topic.startsWith('$SYS/'))).toEqual([]);
      });

      if (format.subscribesItself) {
        it('subscribes to its own command topics, also beside one that is refused', async () => {
          const mine = format.commands(own(format));
          const client = await connected(own(format), { protocolVersion });
          expect(await subscribes(client, mine)).toEqual(mine.map(() => 1));
          const mixed = await subscribes(client, [format.commands(victim(format))[0]!, mine[0]!, '#']);
          expect(mixed).toHaveLength(3);
          expect(mixed![0]).toBeGreaterThanOrEqual(REFUSED);
          expect(mixed![1]).toBe(1);
          expect(mixed![2]).toBeGreaterThanOrEqual(REFUSED);
          const payload = command();
          attacked.platform.publish(mine[0]!, payload, { qos: 1 });
          const received = (await client.next('publish')) as IPublishPacket;
          expect(String(received.payload)).toBe(payload);
          client.destroy();
        });
      }

      it('subscribes to nothing else: no wildcard, no shared subscription, nothing of the broker', async () => {
        const client = await connected(own(format), { protocolVersion });
        await client.answers(); // what the gateway subscribes to for it is not its own doing
        const before = attacked.gateway.counts.refused.subscription;
        const filters = foreignFilters(format);
        const granted: string[] = [];
        for (const filter of filters) {
          const codes = await subscribes(client, [filter]);
          if (!(codes?.length === 1 && codes[0]! >= REFUSED)) granted.push(filter);
        }
        expect(granted).toEqual([]);
        const payload = command();
        for (const topic of [...othersTopics(), ...PLATFORM_TOPICS.filter((each) => !each.startsWith('$'))]) {
          attacked.platform.publish(topic, payload, { qos: 1 });
        }
        await settled();
        await client.answers();
        expect(client.packets.filter(({ cmd }) => cmd === 'publish')).toEqual([]);
        expect(attacked.gateway.counts.refused.subscription - before).toBe(filters.length);
        client.destroy();
      });

      it('leaves no will where it may not publish, and none that stays', async () => {
        const wills = [
          ...foreignTopics(format).map((topic) => ({ topic, retain: false })),
          ...format.uplinks(own(format)).map((topic) => ({ topic, retain: true })),
        ];
        const payload = marker();
        for (const will of wills) {
          const { client } = await RawClient.connect(attacked.port, {
            ...login(own(format)),
            protocolVersion,
            will: { ...will, payload, qos: 1 },
          });
          client.destroy();
        }
        await eventually(() => expect(attacked.gateway.counts.connected).toBe(0));
        await settled();
        const prefix = /^downlink\/v1\/uplinks\/[0-7]\//;
        const places = reached(payload).map(({ topic }) => topic.replace(prefix, ''));
        const mine = format.uplinks(own(format)).map((topic) => `${own(format).deviceId}/${topic}`);
        expect(places.filter((place) => !mine.includes(place))).toEqual([]);
        expect((await attacked.retained()).filter(({ topic }) => !topic.startsWith('$SYS/'))).toEqual([]);
      });

      it("never takes over another's session, whatever its client id", async () => {
        const { deviceId } = victim(format);
        const unharmed = await connected(victim(format), { protocolVersion: 4 });
        await unharmed.answers();
        const stolen = [
          deviceId,
          `downlink-device-${deviceId}`,
          'downlink-receiver-0',
          'platform',
          `${deviceId}_0_0_2026112200`,
          `${deviceId}|securemode=2,signmethod=sha256,timestamp=1|`,
          ...(protocolVersion === 3 ? [] : ['']),
        ];
        for (const clientId of stolen) {
          const { client } = await RawClient.connect(attacked.port, {
            ...login(own(format)),
            protocolVersion,
            clientId,
          });
          await client.answers().catch(() => false);
          client.destroy();
          expect({ clientId, unharmed: await unharmed.answers() }).toEqual({ clientId, unharmed: true });
        }
        expect(attacked.platform.connected).toBe(true);
        unharmed.destroy();
      });
    });
  });
});
