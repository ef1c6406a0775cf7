import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { EventType } from '@downlink/command-domain';
import { GOLDEN_ANNOTATIONS, GOLDEN_FACTS } from './golden-facts.js';
import { decodeFact, encodeFact, EVENT_TYPES, headersOf, readFactHeaders } from './index.js';

const folder = new URL('./golden/v1/', import.meta.url);

interface Golden {
  key: string;
  headers: Record<string, string>;
  value: object;
}

const golden = (type: string): Golden => JSON.parse(readFileSync(new URL(`${type}.json`, folder), 'utf8')) as Golden;

/** First 16 hex digits of the SHA-256 of each golden file without its white space. Records like these are in Kafka: a line here never changes. */
const DIGESTS: Record<EventType, string> = {
  AnswerRejected: 'f8d855085b6d0b9c',
  AttemptNotSent: '4d2124707f58a824',
  AttemptSent: '0fb42f190f3bde47',
  AttemptStarted: 'd87b3fd685963404',
  CommandAccepted: '54d1a916c987c9c1',
  CommandCanceled: 'b2b48b19419d4e19',
  CommandDelivered: '4d89a5165c83a3f6',
  CommandExpired: '9eaefedaa4f991ee',
  CommandFailed: '7dc488962191bcc1',
  CommandSucceeded: 'b300bb5c87a159f9',
  CommandSuperseded: '2f92ecffe29caebb',
  CommandTimedOut: '1485aaad4d564b5a',
  LateAnswerRecorded: 'bd03e721317373de',
};

describe('the golden files of schema 1', () => {
  it('are there for every type of event, and for nothing else', () => {
    expect(readdirSync(folder).toSorted()).toEqual(EVENT_TYPES.map((type) => `${type}.json`).toSorted());
  });

  it.each(EVENT_TYPES)('have never changed for %s', (type) => {
    expect(
      createHash('sha256')
        .update(JSON.stringify(golden(type)))
        .digest('hex')
        .slice(0, 16),
    ).toBe(DIGESTS[type]);
  });

  it.each(EVENT_TYPES)('are what %s is encoded to, byte for byte', (type) => {
    const { key, headers, value } = golden(type);
    const encoded = encodeFact(GOLDEN_FACTS[type], GOLDEN_ANNOTATIONS);
    expect(encoded.value).toBe(JSON.stringify(value));
    expect(JSON.stringify(encoded.headers)).toBe(JSON.stringify(headers));
    expect(encoded.key).toBe(key);
  });

  it.each(EVENT_TYPES)('are read back as the fact %s', (type) => {
    const { headers, value } = golden(type);
    expect(decodeFact(JSON.stringify(value))).toEqual(GOLDEN_FACTS[type]);
    expect(readFactHeaders(headers)).toEqual(headersOf(GOLDEN_FACTS[type], GOLDEN_ANNOTATIONS));
  });
});
