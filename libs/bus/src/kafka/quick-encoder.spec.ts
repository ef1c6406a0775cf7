import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { quickEncoders } from './quick-encoder.js';

interface Written {
  readonly buffer: Buffer;
}
interface Encoder extends Written {
  readonly buf: Buffer;
  writeVarInt(value: number): Encoder;
  writeUVarInt(value: number): Encoder;
  writeVarIntBytes(value: Buffer | string | null): Encoder;
  writeInt32(value: number): Encoder;
  writeString(value: string | null): Encoder;
  writeEncoder(value: Encoder): Encoder;
}

const require = createRequire(import.meta.url);
const Encoder = require('kafkajs/src/protocol/encoder.js') as new () => Encoder;
const encodeRecord = require('kafkajs/src/protocol/recordBatch/record/v0/index.js') as (record: object) => Written;

const step = fc.oneof(
  fc.tuple(fc.constantFrom('writeVarInt', 'writeUVarInt', 'writeInt32'), fc.integer()),
  fc.tuple(fc.constant('writeVarIntBytes'), fc.option(fc.string({ unit: 'binary', maxLength: 300 }))),
  fc.tuple(
    fc.constant('writeVarIntBytes'),
    fc.uint8Array({ maxLength: 3_000 }).map((bytes) => Buffer.from(bytes)),
  ),
  fc.tuple(fc.constant('writeString'), fc.option(fc.string({ unit: 'binary', maxLength: 300 }))),
);
const record = fc.record({
  key: fc.string(),
  value: fc.string({ maxLength: 2_000 }),
  headers: fc.dictionary(fc.string(), fc.string({ maxLength: 100 }), { maxKeys: 8 }),
});

function written(steps: readonly (readonly [string, unknown])[]): string {
  const encoder = new Encoder();
  for (const [method, value] of steps) (encoder[method as keyof Encoder] as (value: unknown) => Encoder)(value);
  return new Encoder().writeEncoder(encoder).buffer.toString('hex');
}

describe('the encoder of kafkajs', () => {
  it('begins with 512 bytes, which is why it is changed: this fails when a new version does not', () => {
    expect(new Encoder().buf).toHaveLength(512);
  });

  it('writes the same bytes after the change as before, and begins small', () => {
    const texts = fc.sample(fc.array(step, { maxLength: 40 }), { numRuns: 500, seed: 1 });
    const records = fc.sample(record, { numRuns: 200, seed: 2 });
    const all = () => [...texts.map(written), ...records.map((one) => encodeRecord(one).buffer.toString('hex'))];
    const before = all();
    quickEncoders();
    quickEncoders();
    expect(all()).toEqual(before);
    expect(new Encoder().buf).toHaveLength(64);
  });
});
