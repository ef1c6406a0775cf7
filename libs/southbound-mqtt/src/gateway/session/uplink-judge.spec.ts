import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { generate, type IPublishPacket, parser, type Packet } from 'mqtt-packet';
import { wireFormats } from '../../codecs/wire-formats.js';
import { uplinkPrefix } from '../../uplinks/uplink-topic.js';
import { FrameScanner } from '../frames/frame-scanner.js';
import type { ProtocolVersion } from '../packets/parse-packet.js';
import { DownlinkJudge } from './downlink-judge.js';
import { DeviceSession } from './device-session.js';
import type { SessionLink } from './session-link.js';
import { SubscriptionDesk } from './subscription-desk.js';
import { UplinkJudge } from './uplink-judge.js';

const deviceId = 'd1';
const answers = 'downlink/v1/devices/d1/answers';
const presence = 'downlink/v1/devices/d1/presence';
const commands = 'downlink/v1/devices/d1/commands';

/** Both directions of one native session without sockets: what came out on either side, and what was decided. */
function session(version: ProtocolVersion = 4, maxInFlight = 100) {
  const said: string[] = [];
  const [toBroker, toDevice]: [Buffer[], Buffer[]] = [[], []];
  const outlet = (gathered: Buffer[]) => ({
    append: (bytes: Buffer, from: number, to: number) => void gathered.push(Buffer.from(bytes.subarray(from, to))),
    flush: () => undefined,
  });
  const link: SessionLink = {
    toDevice: (packet) => void toDevice.push(packet),
    toBroker: (packet) => void toBroker.push(packet),
    refused: (kind) => void said.push(`refused ${kind}`),
    end: (code) => void said.push(`end 0x${code.toString(16)}`),
    leaving: () => void said.push('leaving'),
    listens: () => void said.push('listens'),
    lookAgain: () => void said.push('look again'),
  };
  const device = { deviceId, productKey: 'pk', deviceKey: null };
  const admitted = { wireFormat: 'native' as const, device, epoch: 1, subscriptions: [] };
  const known = new DeviceSession({
    version,
    admitted,
    rights: wireFormats.native,
    uplinkPrefix: uplinkPrefix(deviceId),
  });
  known.maxInFlight = maxInFlight;
  const desk = new SubscriptionDesk(known, link, 3);
  const up = new FrameScanner(outlet(toBroker), new UplinkJudge(known, desk, link), 70_000);
  const down = new FrameScanner(outlet(toDevice), new DownlinkJudge(known, desk, link), 70_000);
  const packets = (bytes: Buffer[]): Packet[] => {
    const read: Packet[] = [];
    const reader = parser({ protocolVersion: version });
    reader.on('packet', (packet: Packet) => read.push(packet));
    reader.parse(Buffer.concat(bytes.splice(0)));
    return read;
  };
  return {
    desk,
    said,
    fromDevice: (...sent: Packet[]) => up.scan(packed(version, sent)),
    fromBroker: (...sent: Packet[]) => down.scan(packed(version, sent)),
    up,
    brokerGets: () => packets(toBroker),
    deviceGets: () => packets(toDevice),
  };
}

function packed(version: ProtocolVersion, packets: readonly Packet[]): Buffer {
  return Buffer.concat(packets.map((packet) => generate(packet, { protocolVersion: version })));
}

function publish(changes: Partial<IPublishPacket> = {}): IPublishPacket {
  return { cmd: 'publish', topic: answers, payload: 'x', qos: 1, dup: false, retain: false, messageId: 7, ...changes };
}

describe('what a device publishes', () => {
  it('goes on with all that is in it, on its own uplink topic, however it is cut', () => {
    const sent = fc.record({
      payload: fc.uint8Array({ maxLength: 3_000 }),
      qos: fc.constantFrom(0 as const, 1 as const, 2 as const),
      dup: fc.boolean(),
      messageId: fc.integer({ min: 1, max: 65_535 }),
      contentType: fc.option(fc.string({ maxLength: 20 })),
    });
    fc.assert(
      fc.property(
        fc.array(sent, { minLength: 1, maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1 }),
        fc.constantFrom(4 as const, 5 as const),
        (all, cuts, version) => {
          const { up, brokerGets, said } = session(version);
          const packets = all.map(({ payload, qos, dup, messageId, contentType }) =>
            publish({
              payload: Buffer.from(payload),
              qos,
              dup: dup && qos > 0,
              ...(qos === 0 ? { messageId: 0 } : { messageId }),
              ...(version === 5 && contentType !== null ? { properties: { contentType } } : {}),
            }),
          );
          const bytes = packed(version, packets);
          for (let at = 0, n = 0; at < bytes.length; n += 1) {
            const next = at + cuts[n % cuts.length]!;
            up.scan(Buffer.from(bytes.subarray(at, next)));
            at = next;
          }
          const topic = uplinkPrefix(deviceId) + answers;
          expect(said).toEqual([]);
          const got = brokerGets() as IPublishPacket[];
          expect(packed(version, got).toString('hex')).toBe(
            packed(
              version,
              packets.map((packet) => ({ ...packet, topic })),
            ).toString('hex'),
          );
        },
      ),
      { numRuns: 60 },
    );
  });

  it.each([
    ['to another device', 'downlink/v1/devices/d2/answers'],
    ['as a command', commands],
    ['under $SYS', '$SYS/broker'],
    ['on an uplink topic itself', uplinkPrefix(deviceId) + answers],
  ])('%s ends the connection over MQTT 3.1.1', (_, topic) => {
    const { fromDevice, brokerGets, said } = session();
    fromDevice(publish(), publish({ topic }), publish());
    expect(said).toEqual(['refused publish', 'end 0x87']);
    expect(brokerGets()).toHaveLength(1);
  });

  it('where it may not is answered with 0x87 over MQTT 5 for QoS 1, and ends the connection for QoS 0 and 2', () => {
    const foreign = { topic: 'downlink/v1/devices/d2/answers' };
    const one = session(5);
    one.fromDevice(publish(foreign), publish({ messageId: 8 }));
    expect(one.deviceGets()).toEqual([expect.objectContaining({ cmd: 'puback', messageId: 7, reasonCode: 0x87 })]);
    expect(one.brokerGets()).toEqual([expect.objectContaining({ messageId: 8 })]);
    for (const qos of [0, 2] as const) {
      const other = session(5);
      other.fromDevice(publish({ ...foreign, qos }));
      expect(other.said).toEqual(['refused publish', 'end 0x87']);
    }
  });

  it('is not retained: its presence goes on without, everything else is refused', () => {
    const { fromDevice, brokerGets, said } = session();
    fromDevice(publish({ topic: presence, retain: true }));
    expect(brokerGets()).toEqual([
      expect.objectContaining({ topic: uplinkPrefix(deviceId) + presence, retain: false }),
    ]);
    fromDevice(publish({ retain: true }));
    expect(said).toEqual(['refused retained-publish', 'end 0x87']);
  });

  it('under a topic alias is refused, as no alias was allowed', () => {
    const { fromDevice, said } = session(5);
    fromDevice(publish({ topic: '', properties: { topicAlias: 1 } }));
    expect(said).toEqual(['refused malformed', 'end 0x94']);
  });

  it('waits while the device has as much in flight as it may, and goes on in order', () => {
    const { up, fromDevice, fromBroker, brokerGets, said } = session(4, 4);
    fromDevice(...[1, 2, 3, 4, 5, 6].map((messageId) => publish({ messageId })));
    expect(brokerGets().map(({ messageId }) => messageId)).toEqual([1, 2, 3, 4]);
    expect(up.held).toBe(true);
    fromBroker({ cmd: 'puback', messageId: 1 });
    expect(said).toEqual([]);
    fromBroker({ cmd: 'puback', messageId: 2 });
    expect(said).toEqual(['look again']);
    up.resume();
    expect(brokerGets().map(({ messageId }) => messageId)).toEqual([5, 6]);
    expect(up.held).toBe(false);
  });

  it('with QoS 2 is in flight until PUBCOMP', () => {
    const { up, fromDevice, fromBroker } = session(4, 1);
    fromDevice(publish({ qos: 2, messageId: 1 }), publish({ messageId: 2 }));
    fromBroker({ cmd: 'pubrec', messageId: 1 });
    up.resume();
    expect(up.held).toBe(true);
    fromBroker({ cmd: 'pubcomp', messageId: 1 });
    up.resume();
    expect(up.held).toBe(false);
  });

  it.each([
    ['a second CONNECT', Buffer.from([0x10, 0])],
    ['a packet of the broker', Buffer.from([0x20, 2, 0, 0])],
    ['QoS 3', Buffer.from([0x36, 5, 0, 1, 97, 0, 1])],
    ['a topic longer than its packet', Buffer.from([0x30, 3, 0, 9, 97])],
    ['packet id 0', Buffer.from([0x32, 6, 0, 1, 97, 0, 0, 120])],
    ['a SUBSCRIBE with wrong flags', Buffer.from([0x80, 6, 0, 1, 0, 1, 97, 1])],
    ['a SUBSCRIBE without filters', Buffer.from([0x82, 2, 0, 1])],
    ['a SUBSCRIBE that lies about its lengths', Buffer.from([0x82, 6, 0, 1, 0, 9, 97, 1])],
    ['a PINGREQ with a body', Buffer.from([0xc0, 1, 0])],
    ['a PUBACK without an id', Buffer.from([0x40, 0])],
  ])('refuses %s', (_, bytes) => {
    const { up, said } = session();
    up.scan(bytes);
    expect(said).toEqual(['refused malformed', expect.stringMatching(/^end/)]);
  });
});

describe('what a device subscribes to', () => {
  const filters = (...topics: string[]) => topics.map((topic) => ({ topic, qos: 1 as const }));

  it('goes on unchanged where it may have all of it; the device listens once the broker has said so', () => {
    const { fromDevice, fromBroker, brokerGets, deviceGets, said } = session();
    fromDevice({ cmd: 'subscribe', messageId: 3, subscriptions: filters(commands) });
    expect(brokerGets()).toEqual([expect.objectContaining({ cmd: 'subscribe', messageId: 3 })]);
    expect(said).toEqual([]);
    fromBroker({ cmd: 'suback', messageId: 3, granted: [1] });
    expect(said).toContain('listens');
    expect(deviceGets()).toEqual([expect.objectContaining({ granted: [1] })]);
  });

  it.each([
    [4, 0x80],
    [5, 0x87],
  ] as const)('is refused filter by filter over version %s, with one SUBACK for all', (version, code) => {
    const { fromDevice, fromBroker, brokerGets, deviceGets, said } = session(version);
    const subscriptions = filters('#', commands, 'downlink/v1/devices/d2/commands', `$share/g/${commands}`, '$SYS/#');
    fromDevice({ cmd: 'subscribe', messageId: 3, subscriptions });
    expect(brokerGets()).toMatchObject([{ messageId: 3, subscriptions: [{ topic: commands, qos: 1 }] }]);
    fromBroker({ cmd: 'suback', messageId: 3, granted: [1] });
    expect(deviceGets()).toMatchObject([{ messageId: 3, granted: [code, 1, code, code, code] }]);
    expect(said.filter((word) => word === 'refused subscription')).toHaveLength(4);
  });

  it('is refused as malformed when its properties lie about their lengths', () => {
    const { up, said } = session(5);
    const topics = [commands, 'x'].map((topic) =>
      Buffer.concat([Buffer.from([0, topic.length]), Buffer.from(topic), Buffer.from([1])]),
    );
    // A user property that names more than the packet holds.
    const body = Buffer.concat([Buffer.from([0, 3, 5, 38, 0, 0, 0xff, 0xff]), ...topics]);
    up.scan(Buffer.concat([Buffer.from([0x82, body.length]), body]));
    expect(said.slice(-2)).toEqual(['refused malformed', 'end 0x81']);
  });

  it('is answered at once when nothing of it is allowed', () => {
    const { fromDevice, brokerGets, deviceGets } = session();
    fromDevice({ cmd: 'subscribe', messageId: 3, subscriptions: filters('a', 'b') });
    expect(brokerGets()).toEqual([]);
    expect(deviceGets()).toMatchObject([{ cmd: 'suback', messageId: 3, granted: [0x80, 0x80] }]);
  });

  it('does not collide with what the gateway subscribes for it', () => {
    const { desk, up, fromDevice, fromBroker, brokerGets, deviceGets, said } = session();
    fromDevice(publish({ messageId: 65_535 }));
    brokerGets();
    desk.subscribeFor(['a']);
    expect(brokerGets()).toMatchObject([{ cmd: 'subscribe', messageId: 65_534 }]);
    fromDevice(publish({ messageId: 65_534 }), publish({ messageId: 9 }));
    expect([up.held, brokerGets()]).toEqual([true, []]);
    fromBroker({ cmd: 'suback', messageId: 65_534, granted: [1] });
    expect(deviceGets()).toEqual([]);
    expect(said).toEqual(['listens', 'look again']);
    up.resume();
    expect(brokerGets()).toMatchObject([{ messageId: 65_534 }, { messageId: 9 }]);
  });

  it('is subscribed by the gateway in portions, one after the other', () => {
    const { desk, fromBroker, brokerGets } = session();
    desk.subscribeFor(Array.from({ length: 150 }, (_, n) => `t${String(n)}`));
    desk.subscribeFor(['late']);
    const [first, ...more] = brokerGets();
    expect(more).toEqual([]);
    expect(first).toMatchObject({ cmd: 'subscribe', messageId: 65_535 });
    fromBroker({ cmd: 'suback', messageId: 65_535, granted: Array.from({ length: 100 }, () => 1) });
    const [second] = brokerGets();
    expect(second?.cmd === 'subscribe' && second.subscriptions.map(({ topic }) => topic).slice(-2)).toEqual([
      't149',
      'late',
    ]);
  });

  it('waits for answers when too many are outstanding', () => {
    const { up, fromDevice, fromBroker, brokerGets } = session();
    const asked = Array.from({ length: 10 }, (_, n) => n + 1);
    fromDevice(
      ...asked.map((messageId) => ({ cmd: 'subscribe' as const, messageId, subscriptions: filters(commands) })),
    );
    expect(brokerGets()).toHaveLength(8);
    expect(up.held).toBe(true);
    fromBroker({ cmd: 'suback', messageId: 1, granted: [1] });
    up.resume();
    expect(brokerGets()).toMatchObject([{ messageId: 9 }]);
  });
});
