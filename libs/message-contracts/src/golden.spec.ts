import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { EventType } from '@downlink/command-domain';
import { GOLDEN_ANNOTATIONS, GOLDEN_FACTS } from './golden-facts.js';
import { decodeFact, encodeFact, EVENT_TYPES, headersOf, readFactHeaders } from './index.js';

type Schema = 'v1' | 'v2';
const SCHEMAS: readonly Schema[] = ['v1', 'v2'];
const folder = (schema: Schema) => new URL(`./golden/${schema}/`, import.meta.url);

interface Golden {
  key: string;
  headers: Record<string, string>;
  value: object;
}

const golden = (schema: Schema, type: string): Golden =>
  JSON.parse(readFileSync(new URL(`${type}.json`, folder(schema)), 'utf8')) as Golden;

/** First 16 hex digits of the SHA-256 of each golden file without its white space. Records like these are in Kafka: a line here never changes. */
const DIGESTS: Record<Schema, Record<EventType, string>> = {
  v1: {
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
  },
  v2: {
    AnswerRejected: 'd8f623d10ecf517a',
    AttemptNotSent: '5a760080d0562910',
    AttemptSent: '204a114b9b0da8bd',
    AttemptStarted: '666275e2bc765f07',
    CommandAccepted: '8e31215f40489711',
    CommandCanceled: '88b902560a7136b5',
    CommandDelivered: '5c9289a41c777b55',
    CommandExpired: 'e7956f0f3af02ae8',
    CommandFailed: 'e213fcba8783917e',
    CommandSucceeded: 'fd7e5d1228984635',
    CommandSuperseded: 'f9419058acd1ff40',
    CommandTimedOut: '0c43023168164d4a',
    LateAnswerRecorded: 'e5d52c5c75f3ed4b',
  },
};

describe.each(SCHEMAS)('the golden files of schema %s', (schema) => {
  it('are there for every type of event, and for nothing else', () => {
    expect(readdirSync(folder(schema)).toSorted()).toEqual(EVENT_TYPES.map((type) => `${type}.json`).toSorted());
  });

  it.each(EVENT_TYPES)('have never changed for %s', (type) => {
    expect(
      createHash('sha256')
        .update(JSON.stringify(golden(schema, type)))
        .digest('hex')
        .slice(0, 16),
    ).toBe(DIGESTS[schema][type]);
  });

  it.each(EVENT_TYPES)('are read back as the fact %s', (type) => {
    const { headers, value } = golden(schema, type);
    expect(decodeFact(JSON.stringify(value))).toEqual(GOLDEN_FACTS[type]);
    expect(readFactHeaders(headers)).toEqual(headersOf(GOLDEN_FACTS[type], GOLDEN_ANNOTATIONS));
  });
});

describe('what is written', () => {
  it.each(EVENT_TYPES)('is schema 2, byte for byte, for %s', (type) => {
    const { key, headers, value } = golden('v2', type);
    const encoded = encodeFact(GOLDEN_FACTS[type], GOLDEN_ANNOTATIONS);
    expect(encoded.value).toBe(JSON.stringify(value));
    expect(JSON.stringify(encoded.headers)).toBe(JSON.stringify(headers));
    expect(encoded.key).toBe(key);
  });
});
