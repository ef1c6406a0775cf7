import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isTopicSafe } from '../codecs/topic-safety.js';
import { bucketOf, parseUplinkTopic, UPLINK_BUCKETS, uplinkTopic } from './uplink-topic.js';

const deviceIds = fc.string({ minLength: 1, maxLength: 128 }).filter(isTopicSafe);

describe('what a gateway hands on', () => {
  it.each([
    ['d1', 'downlink/v1/devices/d1/answers', 'downlink/v1/uplinks/4/d1/downlink/v1/devices/d1/answers'],
    ['d1', '/sys/pk/dk/thing/service/on_reply', 'downlink/v1/uplinks/4/d1//sys/pk/dk/thing/service/on_reply'],
  ])('of %s on %s is published on %s', (deviceId, topic, expected) => {
    expect(uplinkTopic(deviceId, topic)).toBe(expected);
    expect(parseUplinkTopic(expected)).toEqual({ bucket: 4, deviceId, topic });
  });

  it('names the device and its topic again, whatever they are', () => {
    fc.assert(
      fc.property(deviceIds, fc.string({ minLength: 1 }), (deviceId, topic) => {
        const bucket = bucketOf(deviceId);
        expect(parseUplinkTopic(uplinkTopic(deviceId, topic))).toEqual({ bucket, deviceId, topic });
      }),
    );
  });

  it.each(['a/b', '+', '#', '', 'x'.repeat(129)])('is never of the device %j, which can have no topic', (deviceId) => {
    expect(() => uplinkTopic(deviceId, 't')).toThrow(TypeError);
  });
});

describe('a topic', () => {
  it.each([
    'downlink/v1/devices/d1/answers',
    'downlink/v1/uplinks/8/d1/t',
    'downlink/v1/uplinks/-/d1/t',
    'downlink/v1/uplinks/10/d1/t',
    'downlink/v1/uplinks/1/d1',
    'downlink/v1/uplinks/1/d1/',
    'downlink/v1/uplinks/1//t',
    'downlink/v1/uplinks/1/a+/t',
    'downlink/v1/uplinks/1',
    'downlink/v1/uplinks/',
    '',
  ])('%j is no uplink of a gateway', (topic) => {
    expect(parseUplinkTopic(topic)).toBeUndefined();
  });

  it('of any other shape does no harm', () => {
    const levels = fc.array(fc.oneof(fc.string(), fc.constantFrom('downlink', 'v1', 'uplinks', '3', 'd1', '')));
    fc.assert(fc.property(levels, (parts) => expect(() => parseUplinkTopic(parts.join('/'))).not.toThrow()));
  });
});

describe('buckets', () => {
  it('share the devices evenly', () => {
    const counts = Array.from({ length: UPLINK_BUCKETS }, () => 0);
    for (let n = 0; n < 8_000; n += 1) counts[bucketOf(`device-${n}`)]! += 1;
    for (const count of counts) {
      expect(count).toBeGreaterThan(850);
      expect(count).toBeLessThan(1_150);
    }
  });

  it('stay what they are: a device that moved to another would be read from the wrong session', () => {
    expect(['d1', 'meter-7', 'downlink'].map(bucketOf)).toEqual([4, 2, 2]);
  });
});
