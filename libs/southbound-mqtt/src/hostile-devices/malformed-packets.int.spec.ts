import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWithServers, eventually } from '@downlink/testing';
import { generate, type Packet } from 'mqtt-packet';
import { knownDevices, startGatewayUnderAttack, type GatewayUnderAttack } from './spec-support/gateway-under-attack.js';
import { RawClient } from './spec-support/raw-client.js';
import {
  serveWellBehavedDevice,
  WELL_BEHAVED,
  WELL_BEHAVED_LOGIN,
  type Service,
} from './spec-support/well-behaved-device.js';

const HOSTILE = { wireFormat: 'native', subscriptions: [] } as const;
const hostileDevice = { deviceId: 'hostile', productKey: 'pk', deviceKey: null };
const LOGIN = { clientId: 'hostile', username: 'hostile', password: Buffer.from('secret of hostile') };
const ANSWERS = 'downlink/v1/devices/hostile/answers';
const MAX_PACKET_BYTES = 66_560;

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
const v4 = (packet: Packet): Buffer => generate(packet, { protocolVersion: 4 });
const connect = (changes: object = {}): Buffer =>
  v4({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: true, keepalive: 0, ...LOGIN, ...changes });
const publishOn = (topic: Buffer): Buffer => {
  const body = Buffer.concat([Buffer.from([topic.length >> 8, topic.length & 255]), topic, hex('0001'), hex('aa')]);
  return Buffer.concat([Buffer.from([0x32, body.length]), body]);
};
/** A fixed header that promises `length` bytes, and `sent` of them. */
function promising(first: number, length: number, sent: number): Buffer {
  const header = [first];
  for (let rest = length; ; rest >>= 7) {
    header.push((rest & 127) | (rest > 127 ? 128 : 0));
    if (rest <= 127) break;
  }
  return Buffer.concat([Buffer.from(header), Buffer.alloc(sent, 0x61)]);
}

const BEFORE_CONNECT: readonly (readonly [string, Buffer])[] = [
  ['a PUBLISH', v4({ cmd: 'publish', topic: ANSWERS, payload: 'x', qos: 0, dup: false, retain: false })],
  ['a PINGREQ', v4({ cmd: 'pingreq' })],
  ['a SUBSCRIBE', v4({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: '#', qos: 0 }] })],
  ['a CONNACK', hex('20 02 00 00')],
  ['an HTTP request', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')],
  ['a TLS greeting', hex('16 03 01 02 00 01 00 01 fc 03 03')],
  ['a protocol of another name', hex('10 0e 00 04 4d 51 54 58 04 02 00 00 00 02 61 62')],
  ['a protocol of another level', hex('10 0e 00 04 4d 51 54 54 09 02 00 00 00 02 61 62')],
  ['a CONNECT with flags', Buffer.concat([hex('1f'), connect().subarray(1)])],
  ['a CONNECT whose reserved flag is set', hex('10 0e 00 04 4d 51 54 54 04 03 00 00 00 02 61 62')],
  ['a CONNECT that ends within its client id', hex('10 0e 00 04 4d 51 54 54 04 02 00 00 00 ff 61 62')],
  ['a CONNECT with a password and no username', hex('10 12 00 04 4d 51 54 54 04 42 00 00 00 02 61 62 00 02 63 64')],
  ['a CONNECT of 256 MiB', promising(0x10, 268_435_455, 64)],
  ['a CONNECT of a megabyte, sent', promising(0x10, 1_000_000, 1_000_000)],
  ['a length of five bytes', hex('10 ff ff ff ff 7f')],
  ['a reserved packet type', hex('00 00')],
];

const AFTER_CONNECT: readonly (readonly [string, Buffer])[] = [
  ['a second CONNECT', connect()],
  ['a CONNACK', hex('20 02 00 00')],
  ['a SUBACK', hex('90 03 00 01 00')],
  ['a PINGRESP', hex('d0 00')],
  ['packet type 0', hex('00 00')],
  ['an AUTH under MQTT 3.1.1', hex('f0 00')],
  ['a PUBLISH of QoS 3', hex('36 05 00 01 61 00 01')],
  ['a PUBLISH without a topic', hex('32 04 00 00 00 01')],
  ['a PUBLISH whose topic is longer than itself', hex('30 03 ff ff 61')],
  ['a PUBLISH too short for a topic', hex('30 01 00')],
  ['a PUBLISH with the packet id 0', hex('32 05 00 01 61 00 00')],
  ['a PUBLISH on a topic with a wildcard', publishOn(Buffer.from('downlink/v1/devices/hostile/#'))],
  ['a PUBLISH on a topic that is no UTF-8', publishOn(hex('64 6f ff fe c0 80'))],
  ['a PUBLISH on a topic with U+0000', publishOn(Buffer.from(`${ANSWERS}\u0000`))],
  ['a SUBSCRIBE without a filter', hex('82 02 00 01')],
  ['a SUBSCRIBE with wrong flags', hex('80 06 00 01 00 01 61 00')],
  ['a SUBSCRIBE of QoS 3', hex('82 06 00 01 00 01 61 03')],
  ['a SUBSCRIBE with the packet id 0', hex('82 06 00 00 00 01 61 00')],
  ['a SUBSCRIBE that ends within its filter', hex('82 06 00 01 00 09 61 00')],
  ['an UNSUBSCRIBE without a filter', hex('a2 02 00 01')],
  ['a PUBREL with wrong flags', hex('60 02 00 01')],
  ['a packet of 256 MiB', promising(0x30, 268_435_455, 64)],
  ['a length of five bytes', hex('30 ff ff ff ff 7f')],
];

/** A PUBLISH of QoS 0 with these properties, as hex. */
function publishV5(topic: string, properties: string): Buffer {
  const body = Buffer.concat([
    hex(`00${topic.length.toString(16).padStart(2, '0')}`),
    Buffer.from(topic),
    hex(properties),
  ]);
  return Buffer.concat([Buffer.from([0x30, body.length]), body]);
}

const AFTER_CONNECT_OF_MQTT_5: readonly (readonly [string, Buffer])[] = [
  ['a PUBLISH under a topic alias', publishV5('', '03 23 00 01')],
  ['a PUBLISH with the topic alias 0', publishV5(ANSWERS, '03 23 00 00')],
  ['a PUBLISH with a property that there is not', publishV5(ANSWERS, '02 ff 00')],
  ['a PUBLISH with properties longer than itself', publishV5(ANSWERS, 'ff 01')],
  ['an AUTH', hex('f0 00')],
  ['a DISCONNECT, and more behind it', Buffer.concat([hex('e0 00'), publishV5(ANSWERS, '00')])],
];

let attacked: GatewayUnderAttack;
let service: Service;

async function connected(): Promise<RawClient> {
  const { client, connack } = await RawClient.connect(attacked.port, LOGIN);
  expect(connack?.returnCode).toBe(0);
  return client;
}

const refused = (): number => Object.values(attacked.gateway.counts.refused).reduce((sum, count) => sum + count, 0);

describeWithServers(['mosquitto'], 'bytes that are no MQTT, or too many of them', () => {
  beforeAll(async () => {
    attacked = await startGatewayUnderAttack(knownDevices([{ ...HOSTILE, device: hostileDevice }, WELL_BEHAVED]), {
      maxPacketBytes: MAX_PACKET_BYTES,
      connectsPerSecond: 10_000,
      connectBurst: 10_000,
    });
    service = await serveWellBehavedDevice(attacked);
  });
  afterAll(() => attacked.stop());

  it.each(BEFORE_CONNECT)('%s in place of a CONNECT ends the connection and is counted', async (_, bytes) => {
    const before = refused();
    const admitted = attacked.gateway.counts.admitted;
    const client = await RawClient.open(attacked.port);
    client.sendBytes(bytes);
    await client.closed();
    expect(refused()).toBe(before + 1);
    expect(attacked.gateway.counts.admitted).toBe(admitted);
  });

  it.each(AFTER_CONNECT)('%s after a CONNECT ends the connection', async (_, bytes) => {
    const client = await connected();
    client.sendBytes(bytes);
    await client.closed();
  });

  it.each(AFTER_CONNECT_OF_MQTT_5)('%s after a CONNECT of MQTT 5 ends the connection', async (_, bytes) => {
    const { client, connack } = await RawClient.connect(attacked.port, { ...LOGIN, protocolVersion: 5 });
    expect(connack?.reasonCode).toBe(0);
    client.sendBytes(bytes);
    await client.closed();
  });

  it('a message that is too large ends the connection, and nothing of it goes on', async () => {
    const before = attacked.gateway.counts.refused.oversized;
    const client = await connected();
    const payload = Buffer.alloc(MAX_PACKET_BYTES, 'L');
    client.send({ cmd: 'publish', topic: ANSWERS, payload, qos: 1, messageId: 3, dup: false, retain: false });
    await client.closed();
    expect(attacked.gateway.counts.refused.oversized).toBe(before + 1);
    expect(attacked.seen.filter((message) => message.payload.includes('LLLL'))).toEqual([]);
  });

  it('a message that is just not too large goes through', async () => {
    const client = await connected();
    const payload = Buffer.alloc(65_536, 'M');
    client.send({ cmd: 'publish', topic: ANSWERS, payload, qos: 1, messageId: 3, dup: false, retain: false });
    expect(await client.next('puback')).toBeDefined();
    await eventually(() =>
      expect(attacked.seen.filter((message) => message.payload === payload.toString())).toHaveLength(1),
    );
    client.destroy();
  });

  it('a packet that comes byte by byte is read as one that comes whole', async () => {
    const client = await RawClient.open(attacked.port);
    for (const byte of connect()) client.sendBytes(Buffer.from([byte]));
    expect(await client.next('connack')).toMatchObject({ returnCode: 0 });
    client.destroy();
  });

  it('three hundred connections that promise 256 MiB each cost no memory', async () => {
    const before = process.memoryUsage().arrayBuffers;
    const clients = await Promise.all(Array.from({ length: 300 }, () => RawClient.open(attacked.port)));
    for (const client of clients) client.sendBytes(promising(0x10, 268_435_455, 4_000));
    await Promise.all(clients.map((client) => client.closed()));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 1024 * 1024);
  });

  it('the same identity takes its own session over, and no other', async () => {
    const first = await connected();
    const second = await connected();
    await first.closed();
    expect(await second.answers()).toBe(true);
    second.destroy();
  });

  it('a device that behaves has been served throughout, on one connection', async () => {
    const { commands, disconnects } = await service.finish();
    expect(commands).toBeGreaterThan(0);
    expect(disconnects).toBe(0);
    expect(WELL_BEHAVED_LOGIN.clientId).toBe(WELL_BEHAVED.device.deviceId);
  });
});
