import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { huaweiCodec } from './huawei/huawei.codec.js';
import { largestPayload } from './json-payload.js';
import { GATEWAY_PRESENCE, uplinkTopic } from '../uplinks/uplink-topic.js';
import type { DeviceAddress } from './device-name.js';
import type { DecodedUplink, Dispatch, JsonValue, WireFormat } from './wire-format-codec.js';
import { UnsendableCommand } from './unsendable-command.js';
import { decodeUplink, uplinkFilters, wireFormats } from './wire-formats.js';

interface GoldenCommand {
  dispatch: Dispatch;
  topic: string;
  payload: string;
  payloadWithDownlinkMember?: string;
}
interface GoldenUplinks {
  cases: { name: string; topic: string; payload: JsonValue; retained?: boolean; uplink: DecodedUplink }[];
}

function golden<T>(format: WireFormat, file: string): T {
  return JSON.parse(readFileSync(new URL(`./${format}/golden/${file}.json`, import.meta.url), 'utf8')) as T;
}

const formats = Object.keys(wireFormats) as WireFormat[];
const device: DeviceAddress = { deviceId: 'd1', productKey: 'pk1', deviceKey: 'dk1' };
/** Where a device says something that is read, and where anything at all is a sign of life. */
const topics: Record<WireFormat, { read: string[]; any: string[] }> = {
  native: {
    read: ['downlink/v1/devices/d1/answers', 'downlink/v1/devices/d1/presence'],
    any: ['downlink/v1/devices/d1/telemetry'],
  },
  huawei: { read: ['/huawei/v1/devices/d1/data/json'], any: [] },
  enos: {
    read: ['/sys/pk1/dk1/thing/service/a_reply', '/sys/pk1/dk1/thing/service/measurepoint/set_reply'],
    any: ['/sys/pk1/dk1/thing/measurepoint/post', '/ext/session/pk1/dk1/thing/activate/info_reply'],
  },
  quectel: {
    read: ['quectel/v1/pk1/dk1/answers', 'quectel/v1/pk1/dk1/online'],
    any: ['quectel/v1/pk1/dk1/reports'],
  },
};
const readTopics = formats.flatMap((format) => topics[format].read);
const uplinkTopics = formats.flatMap((format) => [...topics[format].read, ...topics[format].any]);
/** The same, as a gateway hands them on. */
const handedOn = uplinkTopics.map((topic) => uplinkTopic('d1', topic));

function matches(filter: string, topic: string): boolean {
  const pattern = filter
    .replaceAll(/[.$]/g, String.raw`\$&`)
    .replaceAll('+', '[^/]*')
    .replace(/#$/, '.*');
  return new RegExp(`^${pattern}$`, 's').test(topic);
}

describe.each(formats)('the wire format %s', (format) => {
  const codec = wireFormats[format];

  it('sends a command exactly as its golden file says', () => {
    const { dispatch, topic, payload } = golden<GoldenCommand>(format, 'command');
    expect(codec.encode(dispatch)).toEqual({ topic, payload });
  });

  it.each(golden<GoldenUplinks>(format, 'uplinks').cases)(
    'reads $name as its golden file says',
    ({ topic, payload, retained, uplink }) => {
      expect(codec.decode(topic, Buffer.from(JSON.stringify(payload)), retained)).toEqual(uplink);
      expect(decodeUplink(topic, Buffer.from(JSON.stringify(payload)), retained)).toEqual({
        wireFormat: format,
        uplink,
      });
    },
  );

  it('subscribes to exactly what its devices publish to', () => {
    const own = [...topics[format].read, ...topics[format].any];
    for (const filter of codec.filters) expect(own.some((topic) => matches(filter, topic))).toBe(true);
    for (const topic of own) {
      expect(codec.filters.some((filter) => matches(filter, topic))).toBe(true);
      expect(codec.mayPublish(device, topic)).toBe(true);
      expect(codec.decode(topic, Buffer.from('{}'))).toBeDefined();
    }
  });

  it('refuses to address a device whose name is no topic level', () => {
    const { dispatch } = golden<GoldenCommand>(format, 'command');
    const nameless = { deviceId: 'a/#', productKey: 'pk1', deviceKey: null };
    expect(() => codec.encode({ ...dispatch, device: nameless })).toThrow(UnsendableCommand);
  });

  it('does not know its own downlink topics as uplinks', () => {
    for (const topic of [...codec.commandTopics(device), ...codec.subscriptionsFor(device, ['a'])]) {
      expect(codec.decode(topic, Buffer.from('{}'))).toBeUndefined();
      expect(codec.mayPublish(device, topic)).toBe(false);
      expect(codec.maySubscribe(device, topic)).toBe(true);
    }
  });
});

describe('the Huawei format with the downlink member', () => {
  it('adds command id, attempt and absolute deadline behind the vendor body', () => {
    const { dispatch, topic, payloadWithDownlinkMember } = golden<GoldenCommand>('huawei', 'command');
    expect(huaweiCodec({ downlinkMember: true }).encode(dispatch)).toEqual({
      topic,
      payload: payloadWithDownlinkMember,
    });
  });
});

describe('any wire format', () => {
  const decodeEverywhere = (payload: Buffer): void => {
    for (const topic of [...uplinkTopics, ...handedOn])
      expect(decodeUplink(topic, payload)?.uplink.kind).toMatch(
        /^(acknowledged|answered|reachable|unreachable|unreadable)$/,
      );
  };

  it('survives arbitrary bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => decodeEverywhere(Buffer.from(bytes))));
  });

  it('survives arbitrary JSON', () => {
    fc.assert(fc.property(fc.json(), (json) => decodeEverywhere(Buffer.from(json))));
  });

  it('survives arbitrary values in the members that it reads', () => {
    const members = [
      'id',
      'status',
      'code',
      'result',
      'online',
      'epoch',
      'msgType',
      'mid',
      'errcode',
      'type',
      'ticket',
      'data',
      'message',
      'value',
      'body',
      'hasMore',
    ];
    const plausible = fc.constantFrom(
      '1056234875692351488',
      'succeeded',
      'failed',
      'deviceRsp',
      'deviceReq',
      'REQACK',
      'RESULT',
      'succ',
      200,
      '200',
      1,
      0,
      true,
    );
    const body = fc.dictionary(fc.constantFrom(...members), fc.oneof(plausible, fc.jsonValue()));
    fc.assert(fc.property(body, (value) => decodeEverywhere(Buffer.from(JSON.stringify(value)))));
  });

  it('survives arbitrary topics', () => {
    const level = fc.oneof(
      fc.string(),
      fc.constantFrom('downlink', 'v1', 'devices', 'answers', 'huawei', 'data', 'json', ''),
      fc.constantFrom('uplinks', '3', 'sys', 'ext', 'session', 'thing', 'service', 'a_reply', 'quectel', 'online'),
    );
    fc.assert(
      fc.property(fc.array(level, { maxLength: 12 }), (levels) => {
        expect(() => decodeUplink(levels.join('/'), Buffer.from('{}'))).not.toThrow();
      }),
    );
  });

  it.each([
    ['one byte beyond 64 KiB', Buffer.alloc(largestPayload + 1, 0x20), 'too-large'],
    ['brackets 30,000 deep', Buffer.from('['.repeat(30_000) + ']'.repeat(30_000)), 'too-deep'],
    ['bytes that are no UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), 'not-utf-8'],
    ['half a JSON text', Buffer.from('{"id":'), 'not-json'],
    ['an empty payload', Buffer.alloc(0), 'not-json'],
    ['an array', Buffer.from('[]'), 'not-an-object'],
    ['U+0000, which jsonb cannot hold', Buffer.from(String.raw`{"result":["\u0000"]}`), 'unstorable-text'],
    ['half a surrogate pair in a name', Buffer.from(String.raw`{"\ud800":1}`), 'unstorable-text'],
  ])('calls %s unreadable and says why', (_, payload, reason) => {
    for (const topic of readTopics) {
      expect(decodeUplink(topic, payload)?.uplink).toMatchObject({ kind: 'unreadable', reason });
      expect(decodeUplink(uplinkTopic('d1', topic), payload)?.uplink).toEqual({
        kind: 'unreadable',
        from: { deviceId: 'd1' },
        reason,
      });
    }
  });

  it('reads brackets and quotes inside of texts as text', () => {
    const result = `${'['.repeat(100)}"\\`;
    const payload = Buffer.from(JSON.stringify({ id: '1056234875692351488', status: 'succeeded', result }));
    expect(decodeUplink('downlink/v1/devices/d1/answers', payload)?.uplink).toMatchObject({ kind: 'answered', result });
  });

  it('calls an over-long device id unreadable', () => {
    const deviceId = 'x'.repeat(129);
    expect(decodeUplink(`/huawei/v1/devices/${deviceId}/data/json`, Buffer.from('{}'))?.uplink).toEqual({
      kind: 'unreadable',
      from: { deviceId },
      reason: 'device-id',
    });
  });

  it('shares no topic with another', () => {
    expect(new Set(uplinkFilters).size).toBe(uplinkFilters.length);
    for (const topic of uplinkTopics) {
      const knowing = formats.filter((format) => wireFormats[format].decode(topic, Buffer.from('{}')) !== undefined);
      expect(knowing).toHaveLength(1);
    }
  });
});

describe('what a gateway hands on', () => {
  it.each(formats)('is read as the %s device itself would be, in the name of the device that it names', (format) => {
    for (const { topic, payload, retained, uplink } of golden<GoldenUplinks>(format, 'uplinks').cases) {
      const deviceId = 'deviceId' in uplink.from ? uplink.from.deviceId : 'd1';
      const decoded = decodeUplink(uplinkTopic(deviceId, topic), Buffer.from(JSON.stringify(payload)), retained);
      const { epoch: _epoch, ...said } = { epoch: 0, ...uplink };
      expect(decoded).toEqual({ wireFormat: format, uplink: { ...said, from: { deviceId } } });
    }
  });

  it('on another device’s topic is unreadable, and the one who published it has said it', () => {
    for (const topic of [...topics.native.read, ...topics.native.any, ...topics.huawei.read]) {
      expect(decodeUplink(uplinkTopic('liar', topic), Buffer.from('{}'))?.uplink).toEqual({
        kind: 'unreadable',
        from: { deviceId: 'liar' },
        reason: 'device-id',
      });
    }
  });

  it('has epochs only in the gateway’s own words, which no device can publish', () => {
    const word = Buffer.from(JSON.stringify({ online: false, epoch: 7 }));
    const own = wireFormats.native.presenceTopic!({ deviceId: 'd1', productKey: 'p', deviceKey: null });
    const from = { deviceId: 'd1' };
    expect(decodeUplink(uplinkTopic('d1', own), word)?.uplink).toEqual({ kind: 'unreachable', from });
    expect(decodeUplink(uplinkTopic('d1', GATEWAY_PRESENCE), word)?.uplink).toEqual({
      kind: 'unreachable',
      from,
      epoch: 7,
    });
    for (const format of formats) {
      const oddlyNamed = { deviceId: 'd1', productKey: 'presence', deviceKey: 'presence' };
      expect(wireFormats[format].mayPublish(oddlyNamed, GATEWAY_PRESENCE)).toBe(false);
    }
  });

  it('is never handed on twice', () => {
    const twice = uplinkTopic('d2', uplinkTopic('d1', 'downlink/v1/devices/d1/answers'));
    expect(decodeUplink(twice, Buffer.from('{}'))).toBeUndefined();
  });
});
