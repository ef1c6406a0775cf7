import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { generate, type IConnectPacket } from 'mqtt-packet';
import { readConnack } from './connack.js';
import { readConnect, upstreamConnect, versionIn } from './connect-packet.js';
import { parsePacket } from './parse-packet.js';

const ours = {
  clientId: 'downlink-device-d1',
  username: 'gateway',
  password: 'pw',
  will: { topic: 'w', payload: Buffer.from('gone'), qos: 1 as const, retain: false },
  cleanSession: false,
};

function connect(changes: Partial<IConnectPacket> = {}): IConnectPacket {
  return {
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 5,
    clean: false,
    keepalive: 77,
    clientId: 'd1',
    username: 'd1',
    password: Buffer.from('secret'),
    will: { topic: 'mine', payload: Buffer.from('x'), qos: 1, retain: false },
    properties: { sessionExpiryInterval: 60, receiveMaximum: 5, userProperties: { a: 'b' } },
    ...changes,
  };
}

const bytesOf = (packet: IConnectPacket): Buffer =>
  generate(packet as never, { protocolVersion: packet.protocolVersion ?? 4 });

describe('the CONNECT of a device', () => {
  it('goes on with its wishes, under our identity and with the will that it is given', () => {
    const sent = upstreamConnect(readConnect(bytesOf(connect()))!, ours);
    expect(sent.includes('secret')).toBe(false);
    expect(parsePacket(sent, 5)).toMatchObject({
      protocolVersion: 5,
      clean: false,
      keepalive: 77,
      clientId: 'downlink-device-d1',
      username: 'gateway',
      password: Buffer.from('pw'),
      will: { topic: 'w', payload: Buffer.from('gone'), qos: 1, retain: false },
      properties: { sessionExpiryInterval: 60, receiveMaximum: 5, userProperties: { a: 'b' } },
    });
  });

  it('leaves no session behind where sessions are to end with their connections', () => {
    const packet = parsePacket(upstreamConnect(readConnect(bytesOf(connect()))!, { ...ours, cleanSession: true }), 5);
    expect(packet).toMatchObject({ clean: true });
    expect(packet?.cmd === 'connect' && packet.properties).not.toHaveProperty('sessionExpiryInterval');
  });

  it('of MQTT 3.1 goes on as 3.1.1', () => {
    const old = connect({ protocolVersion: 3, protocolId: 'MQIsdp', properties: {} });
    expect(parsePacket(upstreamConnect(readConnect(bytesOf(old))!, ours), 4)).toMatchObject({
      protocolId: 'MQTT',
      protocolVersion: 4,
    });
  });

  it('may be any bytes: nothing throws, and what was understood can be sent on', () => {
    const whole = [bytesOf(connect()), bytesOf(connect({ protocolVersion: 4, properties: {} }))];
    const bent = fc.record({
      of: fc.constantFrom(...whole),
      changes: fc.array(fc.record({ at: fc.nat(120), to: fc.nat(255) }), { maxLength: 6 }),
    });
    fc.assert(
      fc.property(bent, ({ of, changes }) => {
        const bytes = Buffer.from(of);
        for (const { at, to } of changes) bytes[2 + (at % (bytes.length - 2))] = to;
        versionIn(bytes, 2);
        const read = readConnect(bytes);
        if (read === undefined) return;
        const again = parsePacket(upstreamConnect(read, ours), read.protocolVersion);
        expect(again).toMatchObject({ clientId: ours.clientId, clean: read.clean, keepalive: read.keepalive });
      }),
      { numRuns: 3_000 },
    );
  });
});

describe('the CONNACK of the broker', () => {
  const changes = { maxPacketBytes: 1_000, maxInFlight: 50, assignedClientId: undefined };
  const connack = (properties: object): Buffer =>
    generate({ cmd: 'connack', reasonCode: 0, sessionPresent: true, properties }, { protocolVersion: 5 });

  it('allows no topic aliases and names the smaller limits of the two', () => {
    const read = readConnack(
      connack({ topicAliasMaximum: 10, receiveMaximum: 20, maximumPacketSize: 5_000 }),
      5,
      changes,
    );
    expect(read).toMatchObject({ accepted: true, sessionPresent: true, maxInFlight: 20 });
    const told = read.accepted ? parsePacket(read.packet, 5) : undefined;
    expect(told).toMatchObject({ properties: { receiveMaximum: 20, maximumPacketSize: 1_000 } });
    expect(told?.cmd === 'connack' && told.properties).not.toHaveProperty('topicAliasMaximum');
  });

  it('names our limits where the broker names none', () => {
    const read = readConnack(connack({}), 5, changes);
    expect(read.accepted && parsePacket(read.packet, 5)).toMatchObject({
      properties: { receiveMaximum: 50, maximumPacketSize: 1_000 },
    });
  });

  it('that is a refusal or no CONNACK at all is told as such', () => {
    expect(readConnack(Buffer.from([0x20, 2, 0, 5]), 4, changes)).toEqual({ accepted: false, code: 5 });
    expect(readConnack(Buffer.from([0x20, 2, 0, 1]), 5, changes)).toEqual({ accepted: false, code: 1 });
    expect(readConnack(Buffer.from([0x20, 2, 0, 0]), 5, changes)).toEqual({ accepted: false, code: undefined });
    expect(readConnack(Buffer.from([0x20, 3, 0, 0x88, 0]), 5, changes)).toEqual({ accepted: false, code: 0x88 });
  });

  it('has no session flag for a device of MQTT 3.1', () => {
    const read = readConnack(Buffer.from([0x20, 2, 1, 0]), 3, changes);
    expect(read).toMatchObject({ sessionPresent: true, packet: Buffer.from([0x20, 2, 0, 0]) });
  });
});
