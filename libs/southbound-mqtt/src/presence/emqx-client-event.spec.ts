import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { DecodedUplink, JsonValue } from '../codecs/wire-format-codec.js';
import { EMQX_EVENTS, emqxPresenceFilters, readEmqxEvent } from './emqx-client-event.js';

interface Golden {
  cases: { name: string; topic: string; payload: JsonValue; uplink?: DecodedUplink }[];
}

const golden = new URL('./golden/emqx-client-events.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(golden, 'utf8')) as Golden;

describe('an event of EMQX', () => {
  it.each(cases)('$name', ({ topic, payload, uplink }) => {
    expect(readEmqxEvent(EMQX_EVENTS, topic, Buffer.from(JSON.stringify(payload)))).toEqual(uplink);
  });

  it('is read below another prefix when a rule republishes it there, and no longer below the first', () => {
    const payload = Buffer.from('{"clientid":"d","username":"d","connected_at":5}');
    const moved = 'events/emqx@127.0.0.1/clients/d/disconnected';
    expect(readEmqxEvent('events', moved, payload)).toEqual({
      kind: 'unreachable',
      from: { deviceId: 'd' },
      epoch: 5,
    });
    expect(readEmqxEvent(EMQX_EVENTS, moved, payload)).toBeUndefined();
    expect(emqxPresenceFilters('events')).toEqual(
      ['connected', 'subscribed', 'disconnected'].map((event) => `events/+/clients/+/${event}`),
    );
  });

  it.each(['1795340000123', 1.5, -0.5, null, 1e300])(
    'with %j for its beginning says nothing about the session’s age',
    (at) => {
      const payload = Buffer.from(JSON.stringify({ clientid: 'd', username: 'd', connected_at: at }));
      expect(readEmqxEvent(EMQX_EVENTS, '$SYS/brokers/n/clients/d/connected', payload)).toEqual({
        kind: 'reachable',
        from: { deviceId: 'd' },
      });
    },
  );

  it('may be any bytes on any topic', () => {
    const level = fc.constantFrom('$SYS', 'brokers', 'n', 'clients', 'd', 'connected', '', '+');
    const topic = fc.array(level, { maxLength: 8 }).map((levels) => levels.join('/'));
    const payload = fc.oneof(
      fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes)),
      fc.json().map((json) => Buffer.from(json)),
    );
    fc.assert(
      fc.property(topic, payload, (name, bytes) => {
        expect(() => readEmqxEvent(EMQX_EVENTS, name, bytes)).not.toThrow();
        expect(() => readEmqxEvent(EMQX_EVENTS, '$SYS/brokers/n/clients/d/connected', bytes)).not.toThrow();
      }),
    );
  });
});
