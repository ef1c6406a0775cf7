import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { huaweiCodec } from './huawei/huawei.codec.js';
import { largestPayload } from './json-payload.js';
import type { Dispatch, JsonValue, Uplink, WireFormat } from './wire-format-codec.js';
import { decodeUplink, uplinkFilters, wireFormats } from './wire-formats.js';

interface GoldenCommand {
  dispatch: Dispatch;
  topic: string;
  payload: string;
  payloadWithDownlinkMember?: string;
}
interface GoldenUplinks {
  cases: { name: string; topic: string; payload: JsonValue; retained?: boolean; uplink: Uplink }[];
}

function golden<T>(format: WireFormat, file: string): T {
  return JSON.parse(readFileSync(new URL(`./${format}/golden/${file}.json`, import.meta.url), 'utf8')) as T;
}

const formats = Object.keys(wireFormats) as WireFormat[];
const uplinkTopics = formats.flatMap((format) => wireFormats[format].topicsOf('d1').uplinks);

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
    const own = codec.topicsOf('d1').uplinks.toSorted();
    expect(codec.filters.map((filter) => filter.replace('+', 'd1')).toSorted()).toEqual(own);
    for (const topic of own) expect(codec.decode(topic, Buffer.from('{}'))).toBeDefined();
  });

  it('refuses to address a device whose id is no topic level', () => {
    const { dispatch } = golden<GoldenCommand>(format, 'command');
    expect(() => codec.encode({ ...dispatch, deviceId: 'a/#' })).toThrow(TypeError);
  });

  it('does not know its own downlink topic as an uplink', () => {
    expect(codec.decode(codec.topicsOf('d1').command, Buffer.from('{}'))).toBeUndefined();
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
    for (const topic of uplinkTopics)
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
      'body',
      'hasMore',
    ];
    const plausible = fc.constantFrom(
      '1056234875692351488',
      'succeeded',
      'failed',
      'deviceRsp',
      'deviceReq',
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
    );
    fc.assert(
      fc.property(fc.array(level, { maxLength: 7 }), (levels) => {
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
    for (const topic of uplinkTopics.filter((candidate) => !candidate.endsWith('telemetry'))) {
      expect(decodeUplink(topic, payload)?.uplink).toEqual({ kind: 'unreadable', deviceId: 'd1', reason });
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
      deviceId,
      reason: 'device-id',
    });
  });

  it('shares no topic with another', () => {
    expect(new Set(uplinkFilters).size).toBe(uplinkFilters.length);
  });
});
