import { describe, expect, it } from '@jest/globals';
import { INVOKE, PROPERTIES, RAW } from '@downlink/command-engine';
import type { DeviceAddress } from './device-name.js';
import { servicesOf } from './enos/enos-topics.js';
import { UnsendableCommand } from './unsendable-command.js';
import type { Dispatch, WireFormat } from './wire-format-codec.js';
import { wireFormats } from './wire-formats.js';

const id = '1056234875692351488';
const deadline = '2026-11-21T11:53:36.620Z';
const device: DeviceAddress = { deviceId: 'd1', productKey: 'pk1', deviceKey: 'dk1' };

type Asked = Pick<Dispatch, 'service' | 'method' | 'parameters'>;
const dispatchOf = (asked: Asked): Dispatch => ({
  commandId: id,
  device,
  attempt: 2,
  deadline: Date.parse(deadline),
  correlation: 513,
  ...asked,
});

/** Everything that a command can be, whatever dialect it came through: who makes it, and what it is in canonical words. */
const kinds = {
  'a method of a service (Huawei deviceCommands, native)': {
    service: 'Valve',
    method: 'open',
    parameters: { percent: 40 },
  },
  'a service that is simply called (EnOS invokeService, Quectel sendServiceData)': {
    service: 'multiply',
    method: INVOKE,
    parameters: { left: 3, right: 4 },
  },
  'a call without parameters': { service: 'reboot', method: INVOKE, parameters: {} },
  'properties to write (EnOS setMeasurepoint, Quectel writeData)': {
    service: PROPERTIES,
    method: 'write',
    parameters: { power: 'on', fan: { level: 2 } },
  },
  'properties to read (Quectel readData)': {
    service: PROPERTIES,
    method: 'read',
    parameters: { names: ['power', 'temp'] },
  },
  'bytes (Quectel raw/sendData, Hex)': { service: RAW, method: 'send', parameters: { encoding: 'hex', data: '00Ff' } },
  'a text (Quectel raw/sendData, Text)': { service: RAW, method: 'send', parameters: { encoding: 'text', data: 'Ü' } },
} satisfies Record<string, Asked>;
type Kind = keyof typeof kinds;

const native = ({ service, method, parameters }: Asked) => ({
  topic: 'downlink/v1/devices/d1/commands',
  body: { id, attempt: 2, deadline, service, method, parameters },
});
const huawei = ({ service, method, parameters }: Asked) => ({
  topic: '/huawei/v1/devices/d1/command/json',
  body: { msgType: 'cloudReq', serviceId: service, cmd: method, paras: parameters, mid: 513, hasMore: 0 },
});
const enos = (name: string, params: unknown) => ({
  topic: `/sys/pk1/dk1/thing/service/${name}`,
  body: { id, version: '1.0', params, method: `thing.service.${name.replace('/', '.')}` },
});
const quectel = (type: string, subtype: string, data: object) => ({
  topic: 'quectel/v1/pk1/dk1/commands',
  body: { type, subtype, data, ticket: id, attempt: 2, deadline },
});
const downRaw = (bytes: Buffer) => ({ topic: '/sys/pk1/dk1/thing/model/down_raw', bytes });

/** The formats that have no words of their own for a kind say it in canonical ones. */
const expected: Record<Kind, Record<'enos' | 'quectel', { topic: string; body?: object; bytes?: Buffer }>> = {
  'a method of a service (Huawei deviceCommands, native)': {
    enos: enos('Valve.open', { percent: 40 }),
    quectel: quectel('MSERV', 'INPUT', { code: 'Valve', method: 'open', kv: { percent: 40 } }),
  },
  'a service that is simply called (EnOS invokeService, Quectel sendServiceData)': {
    enos: enos('multiply', { left: 3, right: 4 }),
    quectel: quectel('MSERV', 'INPUT', { code: 'multiply', method: 'invoke', kv: { left: 3, right: 4 } }),
  },
  'a call without parameters': {
    enos: enos('reboot', {}),
    quectel: quectel('MSERV', 'INPUT', { code: 'reboot', method: 'invoke', kv: {} }),
  },
  'properties to write (EnOS setMeasurepoint, Quectel writeData)': {
    enos: enos('measurepoint/set', { power: 'on', fan: { level: 2 } }),
    quectel: quectel('MATTR', 'WRITE', { kv: { power: 'on', fan: { level: 2 } } }),
  },
  'properties to read (Quectel readData)': {
    enos: enos('measurepoint/get', ['power', 'temp']),
    quectel: quectel('MATTR', 'READ', { codes: ['power', 'temp'] }),
  },
  'bytes (Quectel raw/sendData, Hex)': {
    enos: downRaw(Buffer.from([0x00, 0xff])),
    quectel: quectel('RAW', 'DOWNLINK', { encode: 'Hex', raw: '00Ff' }),
  },
  'a text (Quectel raw/sendData, Text)': {
    enos: downRaw(Buffer.from('Ü')),
    quectel: quectel('RAW', 'DOWNLINK', { encode: 'Text', raw: 'Ü' }),
  },
};

describe.each(Object.entries(kinds) as [Kind, Asked][])('%s', (kind, asked) => {
  const spellings: Record<WireFormat, { topic: string; body?: object; bytes?: Buffer }> = {
    native: native(asked),
    huawei: huawei(asked),
    ...expected[kind],
  };

  it.each(Object.entries(spellings) as [WireFormat, (typeof spellings)['native']][])(
    'reaches a %s device',
    (format, { topic, body, bytes }) => {
      const sent = wireFormats[format].encode(dispatchOf(asked));
      expect(sent.topic).toBe(topic);
      if (bytes) expect(sent.payload).toEqual(bytes);
      else expect(JSON.parse(sent.payload.toString())).toEqual(body);
    },
  );

  it('goes out on a topic that the device, or the gateway for it, listens on', () => {
    const services = servicesOf({
      services: [{ id: asked.service, methods: [{ name: asked.method }] }],
    });
    for (const codec of Object.values(wireFormats)) {
      const { topic } = codec.encode(dispatchOf(asked));
      const listened = [...codec.commandTopics(device), ...codec.subscriptionsFor(device, services)];
      expect(listened).toContain(topic);
      expect(codec.maySubscribe(device, topic)).toBe(true);
    }
  });
});

describe('what cannot be said in a format', () => {
  it.each([
    ['enos', 'a service of several levels', { service: 'a/b', method: INVOKE, parameters: {} }],
    ['enos', 'a service with a wildcard', { service: '+', method: INVOKE, parameters: {} }],
    ['enos', 'a service that looks like an answer', { service: 'a_reply', method: INVOKE, parameters: {} }],
    ['enos', 'a method that does', { service: 'a', method: 'b_reply', parameters: {} }],
    ['enos', 'a read of no names', { service: PROPERTIES, method: 'read', parameters: {} }],
    ['quectel', 'a read of what is no name', { service: PROPERTIES, method: 'read', parameters: { names: [1] } }],
    ['enos', 'half a byte', { service: RAW, method: 'send', parameters: { encoding: 'hex', data: 'abc' } }],
    ['quectel', 'bytes in base64', { service: RAW, method: 'send', parameters: { encoding: 'base64', data: '' } }],
    ['enos', 'no bytes', { service: RAW, method: 'send', parameters: {} }],
  ] as const)('%s: %s is refused with a reason', (format, _, asked) => {
    expect(() => wireFormats[format].encode(dispatchOf(asked as Asked))).toThrow(UnsendableCommand);
  });
});

describe('a device without a key', () => {
  it.each(['enos', 'quectel'] as const)('has its id in the topics of the format %s', (format) => {
    const keyless = { ...device, deviceKey: null };
    const { topic } = wireFormats[format].encode({
      ...dispatchOf(kinds['a call without parameters']),
      device: keyless,
    });
    expect(topic).toContain('/pk1/d1/');
  });
});
