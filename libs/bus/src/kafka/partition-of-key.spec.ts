import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { partitionOfKey } from './partition-of-key.js';

const require = createRequire(import.meta.url);
const murmur2 = require('kafkajs/src/producer/partitioners/default/murmur2.js') as (key: Buffer) => number;

describe('the partition of a key', () => {
  it('is the one that kafkajs chooses, which is that of the Java client', () => {
    const keys = fc.oneof(
      fc.uint8Array({ maxLength: 70 }).map((bytes) => Buffer.from(bytes)),
      fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
    );
    fc.assert(
      fc.property(keys, fc.integer({ min: 1, max: 100_000 }), (key, partitions) => {
        expect(partitionOfKey(key, partitions)).toBe((murmur2(key) & 0x7fffffff) % partitions);
      }),
      { numRuns: 2_000 },
    );
  });
});
