import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { DeviceAddress } from './device-name.js';
import type { WireFormat } from './wire-format-codec.js';
import { wireFormats } from './wire-formats.js';

const device: DeviceAddress = { deviceId: 'd1', productKey: 'pk1', deviceKey: 'dk1' };
const formats = Object.keys(wireFormats) as WireFormat[];

describe('a device', () => {
  it.each([
    ['native', 'downlink/v1/devices/d1/answers'],
    ['native', 'downlink/v1/devices/d1/presence'],
    ['native', 'downlink/v1/devices/d1/telemetry'],
    ['huawei', '/huawei/v1/devices/d1/data/json'],
    ['enos', '/sys/pk1/dk1/thing/service/switch_reply'],
    ['enos', '/sys/pk1/dk1/thing/service/measurepoint/set_reply'],
    ['enos', '/sys/pk1/dk1/thing/model/down_raw_reply'],
    ['enos', '/sys/pk1/dk1/thing/measurepoint/post'],
    ['enos', '/sys/pk1/dk1/thing/model/up_raw'],
    ['enos', '/sys/pk1/dk1/rrpc/response/7'],
    ['enos', '/ext/session/pk1/dk1/thing/activate/info_reply'],
    ['quectel', 'quectel/v1/pk1/dk1/answers'],
    ['quectel', 'quectel/v1/pk1/dk1/reports'],
    ['quectel', 'quectel/v1/pk1/dk1/online'],
  ] as const)('of the format %s may publish on its own %s', (format, topic) => {
    expect(wireFormats[format].mayPublish(device, topic)).toBe(true);
  });

  it.each([
    ['native', 'downlink/v1/devices/d1/commands'],
    ['native', 'downlink/v1/devices/d2/answers'],
    ['native', 'downlink/v1/devices/d1/answers/x'],
    ['native', 'downlink/v1/uplinks/4/d1/downlink/v1/devices/d1/answers'],
    ['huawei', '/huawei/v1/devices/d1/command/json'],
    ['huawei', '/huawei/v1/devices/d2/data/json'],
    ['huawei', 'downlink/v1/devices/d1/presence'],
    ['enos', '/sys/pk1/dk1/thing/service/switch'],
    ['enos', '/sys/pk1/dk1/thing/service/measurepoint/set'],
    ['enos', '/sys/pk1/dk1/thing/model/down_raw'],
    ['enos', '/sys/pk1/dk1/rrpc/request/7'],
    ['enos', '/sys/pk1/dk1/thing/service/switch_reply_reply'],
    ['enos', '/sys/pk1/dk1/thing/measurepoint/post_reply_reply'],
    ['enos', '/sys/pk1/dk1/thing/measurepoint/post_reply'],
    ['enos', '/sys/pk1/dk1/a_reply'],
    ['enos', '/sys/pk1/dk2/thing/service/switch_reply'],
    ['enos', '/sys/pk2/dk1/thing/service/switch_reply'],
    ['enos', '/sys/pk1/dk1/thing/+'],
    ['enos', '/sys/pk1/dk1/thing/\u0000'],
    ['enos', `/sys/pk1/dk1/${'x'.repeat(1_024)}`],
    ['enos', '/sys/pk1/dk1/'],
    ['enos', '/sys/pk1/dk1'],
    ['enos', '/ext/session/pk1/dk1/thing/activate/info'],
    ['enos', '/ext/session/pk1/dk2/thing/activate/info_reply'],
    ['enos', 'downlink/v1/devices/d1/presence'],
    ['quectel', 'quectel/v1/pk1/dk1/commands'],
    ['quectel', 'quectel/v1/pk1/dk2/answers'],
    ['quectel', 'quectel/v1/pk1/d1/answers'],
  ] as const)('of the format %s may not publish on %s', (format, topic) => {
    expect(wireFormats[format].mayPublish(device, topic)).toBe(false);
  });

  it.each([
    ['native', 'downlink/v1/devices/+/commands'],
    ['native', 'downlink/v1/devices/d1/#'],
    ['native', 'downlink/v1/devices/d1/answers'],
    ['native', '$share/g/downlink/v1/devices/d1/commands'],
    ['huawei', '/huawei/v1/devices/+/command/json'],
    ['huawei', '/huawei/v1/devices/d2/command/json'],
    ['enos', '/sys/pk1/dk1/thing/service/+'],
    ['enos', '/sys/pk1/dk1/#'],
    ['enos', '/sys/pk1/dk1/thing/service/switch_reply'],
    ['enos', '/sys/pk1/dk1/thing/measurepoint/post'],
    ['enos', '/sys/pk1/dk2/thing/service/switch'],
    ['enos', '$share/g//sys/pk1/dk1/thing/service/switch'],
    ['quectel', 'quectel/v1/pk1/+/commands'],
    ['quectel', 'quectel/v1/pk1/dk2/commands'],
    ['quectel', 'quectel/v1/pk1/dk1/answers'],
  ] as const)('of the format %s may not subscribe to %s', (format, filter) => {
    expect(wireFormats[format].maySubscribe(device, filter)).toBe(false);
  });

  it('of EnOS may listen to the platform’s replies to its reports', () => {
    expect(wireFormats.enos.maySubscribe(device, '/sys/pk1/dk1/thing/measurepoint/post_reply')).toBe(true);
  });

  it('never may both publish on a topic and subscribe to it, nor on any topic of another device', () => {
    const last = fc.oneof(
      fc.string(),
      fc.constantFrom('thing', 'service', 'a', 'a_reply', 'commands', 'answers', 'post'),
    );
    const first = fc.constantFrom('/sys/pk1/dk1', '/sys/pk1/dk2', 'quectel/v1/pk1/dk1', 'downlink/v1/devices/d1');
    const other = { deviceId: 'd2', productKey: 'pk1', deviceKey: 'dk2' };
    fc.assert(
      fc.property(first, fc.array(last, { maxLength: 4 }), fc.constantFrom(...formats), (prefix, rest, format) => {
        const topic = [prefix, ...rest].join('/');
        const codec = wireFormats[format];
        expect(codec.mayPublish(device, topic) && codec.maySubscribe(device, topic)).toBe(false);
        expect(codec.mayPublish(device, topic) && codec.mayPublish(other, topic)).toBe(false);
        expect(codec.maySubscribe(device, topic) && codec.maySubscribe(other, topic)).toBe(false);
        // What a device may publish is understood, or is nobody's; it is never taken for what another device said.
        const from = codec.mayPublish(device, topic) ? codec.decode(topic, Buffer.from('{}'))?.from : undefined;
        const names = [{ deviceId: 'd1' }, { productKey: 'pk1', deviceKey: 'dk1' }, undefined];
        expect(names).toContainEqual(from);
      }),
      { numRuns: 2_000 },
    );
  });

  it('named by wildcards may subscribe to nothing', () => {
    const wild = { deviceId: '+', productKey: '+', deviceKey: '+' };
    for (const codec of Object.values(wireFormats)) {
      for (const topic of codec.commandTopics(wild)) expect(codec.maySubscribe(wild, topic)).toBe(false);
    }
  });
});
