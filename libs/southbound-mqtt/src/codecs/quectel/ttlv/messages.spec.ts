import { describe, expect, it } from '@jest/globals';
import { INVOKE, PROPERTIES, RAW, type Property } from '@downlink/command-engine';
import fc from 'fast-check';
import { UnsendableCommand } from '../../unsendable-command.js';
import type { Dispatch, JsonObject, JsonValue } from '../../wire-format-codec.js';
import { quectelCodec } from '../quectel.codec.js';
import { decodeFields, encodeFields } from './fields.js';
import { decodeFrame, encodeFrame, frameCommands } from './frame.js';
import { fromFields, toFields } from './model-fields.js';

const model: readonly Property[] = [
  { name: 'power', number: 1, type: 'boolean', access: 'read-write' },
  { name: 'level', number: 2, type: 'decimal', access: 'read-write' },
  { name: 'mode', number: 3, type: 'enum', values: [0, 1, 'auto'], access: 'read-write' },
  { name: 'label', number: 4, type: 'text', access: 'read-write' },
  {
    name: 'fan',
    number: 5,
    type: 'object',
    members: [
      { name: 'speed', number: 1, type: 'integer' },
      { name: 'swings', number: 2, type: 'boolean' },
    ],
    access: 'read-write',
  },
  { name: 'curve', number: 6, type: 'array', items: { type: 'decimal' }, access: 'read-write' },
  { name: 'unnumbered', type: 'text', access: 'read-write' },
];
const dispatch: Dispatch = {
  commandId: '1056234875692351488',
  device: { deviceId: 'd1', productKey: 'pk1', deviceKey: 'dk1' },
  attempt: 1,
  deadline: 1_795_262_016_620,
  service: PROPERTIES,
  method: 'write',
  parameters: {},
  correlation: 0x0201,
  ttlv: model,
};
const write = (parameters: JsonObject) => quectelCodec.encode({ ...dispatch, parameters });
const hexOf = ({ payload }: { payload: string | Buffer }) => (payload as Buffer).toString('hex');

describe('a product whose devices take TTLV', () => {
  it('is written to with fields by number; the packet id is the correlation', () => {
    const sent = write({ power: true, level: -21.5 });
    expect(sent.topic).toBe('quectel/v1/pk1/dk1/commands');
    expect(decodeFrame(sent.payload as Buffer)).toEqual({
      ok: true,
      value: { packetId: 0x0201, command: 0x0013, payload: Buffer.from('0009001288d7', 'hex') },
    });
    expect(hexOf(sent)).toBe('aaaa000b90020100130009001288d7');
  });

  it('is read from by the numbers of what is asked for', () => {
    const sent = quectelCodec.encode({ ...dispatch, method: 'read', parameters: { names: ['level', 'curve'] } });
    expect(decodeFrame(sent.payload as Buffer)).toMatchObject({
      value: { command: 0x0011, payload: Buffer.from('00020006', 'hex') },
    });
  });

  it.each([
    ['a service call', { service: 'multiply', method: INVOKE, parameters: {} }, /no known code/],
    ['raw bytes', { service: RAW, method: 'send', parameters: { encoding: 'hex', data: '00' } }, /no known code/],
    ['a property without a number', { parameters: { unnumbered: 'x' } }, /"unnumbered" has no number/],
    ['a property that the model does not know', { parameters: { other: 1 } }, /"other" has no number/],
    ['a read of such a one', { method: 'read', parameters: { names: ['other'] } }, /"other" has no number/],
    ['a member that the model does not know', { parameters: { fan: { noise: 1 } } }, /"noise" has no number/],
    ['null', { parameters: { label: null } }, /no spelling/],
    ['a list where a structure is due', { parameters: { fan: [1] } }, /no spelling/],
    ['more decimals than there are', { parameters: { level: 1e-16 } }, /no spelling/],
    ['a text of 64 KiB', { parameters: { label: 'x'.repeat(65_536) } }, /does not fit/],
    ['more than a frame holds', { parameters: { label: 'x'.repeat(65_530) } }, /does not fit/],
  ] as const)('is not sent %s, and is said why', (_, over, reason) => {
    const encode = () => quectelCodec.encode({ ...dispatch, ...(over as Partial<Dispatch>) });
    expect(encode).toThrow(UnsendableCommand);
    expect(encode).toThrow(reason);
  });
});

describe('values', () => {
  const value = fc.record<Record<string, JsonValue>>(
    {
      power: fc.boolean(),
      level: fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((n) => Math.round(n * 1e6) / 1e6 + 0),
      mode: fc.constantFrom(0, 1, 'auto'),
      label: fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0')),
      fan: fc.record({ speed: fc.integer(), swings: fc.boolean() }, { requiredKeys: [] }),
      curve: fc.array(fc.integer(), { maxLength: 5 }),
    },
    { requiredKeys: [] },
  );

  it('come back by the same names and the same values', () => {
    fc.assert(
      fc.property(value, (values) => {
        const read = decodeFields(encodeFields(toFields(values, model)));
        expect(read.ok && fromFields(read.value, model)).toEqual(values);
      }),
    );
  });

  it('without a model are told by number', () => {
    const fields = toFields({ power: true, fan: { speed: 3 }, curve: [1, 2] }, model);
    expect(fromFields(fields, [])).toEqual({ '1': true, '5': { '1': 3 }, '6': [1, 2] });
  });

  it('of a boolean may be 0 and 1, as the vendor has it', () => {
    expect(toFields({ power: 1 }, model)).toEqual([{ number: 1, value: true }]);
  });

  it('that are bytes and no text are told in hexadecimal digits', () => {
    for (const bytes of [Buffer.from([0xff, 0x00]), Buffer.from('a\0b')]) {
      expect(fromFields([{ number: 4, value: bytes }], model)).toEqual({ label: bytes.toString('hex') });
    }
  });
});

describe('an answer in TTLV', () => {
  const topic = 'quectel/v1/pk1/dk1/answers';
  const from = { productKey: 'pk1', deviceKey: 'dk1' };
  const frame = (over: Partial<Parameters<typeof encodeFrame>[0]> = {}) =>
    encodeFrame({ packetId: 513, command: frameCommands.readAnswer, payload: Buffer.from('0009', 'hex'), ...over });

  it.each([
    ['to a read', frameCommands.readAnswer],
    ['to a write', frameCommands.data],
  ] as const)('%s names its command by the packet id', (_, command) => {
    expect(quectelCodec.decode(topic, frame({ command }))).toEqual({
      kind: 'answered',
      from,
      ref: { correlation: 513 },
      outcome: 'succeeded',
      result: { '1': true },
      fields: [{ number: 1, value: true }],
    });
  });

  it.each([
    ['a wrong checksum', Buffer.from('aaaa00050012000011', 'hex'), undefined, 'member checksum'],
    ['a wrong length', frame().subarray(0, -1), undefined, 'member length'],
    ['packet id 0', frame({ packetId: 0 }), undefined, 'member packetId'],
    ['the command of a question', frame({ command: frameCommands.read }), 513, 'member command'],
    ['fields that lie', frame({ payload: Buffer.from('0024ffff', 'hex') }), 513, 'member fields'],
    ['more than 16 KiB', frame({ payload: Buffer.alloc(17_000) }), undefined, 'too-large'],
  ] as const)('with %s is unreadable', (_, payload, correlation, reason) => {
    const ref = correlation === undefined ? {} : { ref: { correlation } };
    expect(quectelCodec.decode(topic, payload)).toEqual({ kind: 'unreadable', from, ...ref, reason });
  });

  it('survives arbitrary bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(0xffff), (bytes, packetId) => {
        const payload = Buffer.from(bytes);
        const messages = [
          Buffer.concat([Buffer.from([0xaa, 0xaa]), payload]),
          frame({ packetId, command: frameCommands.data, payload }),
        ];
        for (const message of messages) {
          expect(quectelCodec.decode(topic, message)?.kind).toMatch(/^(answered|unreadable)$/);
        }
      }),
    );
  });
});
