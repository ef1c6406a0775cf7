import { describe, expect, it } from '@jest/globals';
import type { EventType } from '@downlink/command-domain';
import { anEvent } from '@downlink/command-domain/contracts';
import { GOLDEN_FACTS } from './golden-facts.js';
import {
  decodeFact,
  encodeFact,
  EVENT_TYPES,
  readDeadLetterHeaders,
  readFactHeaders,
  UnreadableMessage,
  writeDeadLetterHeaders,
} from './index.js';

type Tree = { [member: string]: Tree | string | number | null };

const written = (type: EventType): Tree => JSON.parse(encodeFact(GOLDEN_FACTS[type]).value) as Tree;

function broken(change: (value: Tree) => void, type: EventType = 'CommandAccepted'): string {
  const value = written(type);
  change(value);
  return JSON.stringify(value);
}

/** As schema 1 had it: an accepted event with a request of its own. */
const asSchema1 = (value: Tree): void => {
  value['schema'] = 1;
  (value['event'] as Tree)['request'] = { ...(value['request'] as Tree) };
};

const wrongPath = (value: string): string => {
  try {
    decodeFact(value);
  } catch (error) {
    if (error instanceof UnreadableMessage) return error.path;
    throw error;
  }
  return 'readable';
};

describe('a value that this version cannot read', () => {
  it.each([
    ['no JSON', '{"schema":1', ''],
    ['null', 'null', ''],
    ['a list', '[]', ''],
    ['an unknown schema', broken((v) => (v['schema'] = 3)), 'schema'],
    ['no schema', broken((v) => delete v['schema']), 'schema'],
    ['a command id that is a number', broken((v) => (v['commandId'] = 1)), 'commandId'],
    ['an unknown status', broken((v) => (v['status'] = 'lost')), 'status'],
    ['a command that is in no state', broken((v) => (v['status'] = 'none')), 'status'],
    ['an unknown event', broken((v) => ((v['event'] as Tree)['type'] = 'CommandLost')), 'event.type'],
    [
      'an event named like a member of Object',
      broken((v) => ((v['event'] as Tree)['type'] = 'toString')),
      'event.type',
    ],
    ['an unknown schema of the event', broken((v) => ((v['event'] as Tree)['schema'] = 2)), 'event.schema'],
    ['an accepted event of schema 1 without its request', broken((v) => (v['schema'] = 1)), 'event.request'],
    ['a request without a device', broken((v) => delete (v['request'] as Tree)['deviceId']), 'request.deviceId'],
    [
      'a policy without a cap',
      broken((v) => delete ((v['request'] as Tree)['policy'] as Tree)['laneCap']),
      'request.policy.laneCap',
    ],
    [
      'data of a dialect that are no members',
      broken((v) => ((v['request'] as Tree)['dialectData'] = 'x' as never)),
      'request.dialectData',
    ],
    ['a callback without an address', broken((v) => ((v['request'] as Tree)['callback'] = {})), 'request.callback.url'],
    [
      'an accepted event whose own request is broken',
      broken((v) => {
        asSchema1(v);
        delete ((v['event'] as Tree)['request'] as Tree)['mode'];
      }),
      'event.request.mode',
    ],
  ])('says where it is wrong: %s', (_name, value, path) => {
    expect(wrongPath(value)).toBe(path);
  });

  it.each(EVENT_TYPES)('is one whose %s misses any of its members', (type) => {
    for (const member of Object.keys(written(type)['event'] as Tree)) {
      const path = wrongPath(broken((v) => delete (v['event'] as Tree)[member], type));
      expect(path).toBe(`event.${member}`);
    }
  });

  it('is a failure that trying again does not help', () => {
    expect(new UnreadableMessage('', 'x')).toMatchObject({ code: 'unreadable-message', retryable: false });
  });
});

describe('a value from a later version of the same schema', () => {
  it('is read, without the members that this version does not know', () => {
    const fact = GOLDEN_FACTS.AttemptSent;
    expect(decodeFact(broken((v) => (v['later'] = 1), 'AttemptSent'))).toEqual(fact);
  });
});

describe('every event the domain shows as an example', () => {
  it.each(EVENT_TYPES)('crosses the bus unchanged: %s', (type) => {
    const event = anEvent[type];
    // An accepted command's request is that of its event.
    const { request } = 'request' in event ? event : GOLDEN_FACTS[type];
    const fact = { ...GOLDEN_FACTS[type], event, request };
    expect(decodeFact(encodeFact(fact).value)).toEqual(fact);
  });
});

describe('headers', () => {
  const { headers } = encodeFact(GOLDEN_FACTS.AttemptSent);

  it.each(['type', 'command-id', 'version', 'application', 'status', 'schema'])('are unreadable without %s', (name) => {
    const { [name]: _gone, ...rest } = headers;
    expect(() => readFactHeaders(rest)).toThrow(`header ${name}`);
  });

  it.each([
    ['type', 'CommandLost'],
    ['command-id', '12'],
    ['version', '0'],
    ['version', '1.5'],
    ['status', 'none'],
    ['schema', '3'],
  ])('are unreadable when %s is %s', (name, value) => {
    expect(() => readFactHeaders({ ...headers, [name]: value })).toThrow(UnreadableMessage);
  });

  it('name the callback only where there is one', () => {
    const { callback: _gone, ...request } = GOLDEN_FACTS.AttemptSent.request;
    expect(readFactHeaders(headers).callback).toBe('huawei');
    expect(readFactHeaders(encodeFact({ ...GOLDEN_FACTS.AttemptSent, request }).headers)).not.toHaveProperty(
      'callback',
    );
  });
});

describe('the headers of a dead letter', () => {
  const letter = {
    origin: { topic: 'downlink.command-events.v1', partition: 3, offset: '9007199254740993' },
    group: 'notifier',
    attempts: 5,
    error: 'TypeError: no such thing',
    at: 1_800_000_000_000,
  };

  it('are read back as they were written', () => {
    expect(readDeadLetterHeaders(writeDeadLetterHeaders(letter))).toEqual(letter);
  });

  it('keep the record small whatever the error says', () => {
    expect(readDeadLetterHeaders(writeDeadLetterHeaders({ ...letter, error: 'x'.repeat(1e6) })).error).toHaveLength(
      2000,
    );
  });
});
