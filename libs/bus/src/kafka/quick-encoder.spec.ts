import { createRequire } from 'node:module';
import { describe, expect, it, jest } from '@jest/globals';
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
const RECORD = 'kafkajs/src/protocol/recordBatch/record/v0/index.js';
type EncodeRecord = (record: object) => Written;
const kafkajsRecord = require(RECORD) as EncodeRecord;

const step = fc.oneof(
  fc.tuple(fc.constantFrom('writeVarInt', 'writeUVarInt', 'writeInt32'), fc.integer()),
  fc.tuple(fc.constant('writeVarIntBytes'), fc.option(fc.string({ unit: 'binary', maxLength: 300 }))),
  fc.tuple(
    fc.constant('writeVarIntBytes'),
    fc.uint8Array({ maxLength: 3_000 }).map((bytes) => Buffer.from(bytes)),
  ),
  fc.tuple(fc.constant('writeString'), fc.option(fc.string({ unit: 'binary', maxLength: 300 }))),
);
const text = fc.string({ unit: 'binary', maxLength: 2_000 });
const bytes = fc.uint8Array({ maxLength: 300 }).map((some) => Buffer.from(some));
const record = fc.record(
  {
    key: fc.option(fc.oneof(text, bytes)),
    value: fc.option(fc.oneof(text, bytes)),
    headers: fc.dictionary(fc.string({ unit: 'binary' }), fc.oneof(text, bytes, fc.array(text)), { maxKeys: 8 }),
    offsetDelta: fc.nat(),
    timestampDelta: fc.oneof(fc.nat(), fc.integer(), fc.maxSafeInteger()),
  },
  { requiredKeys: ['value'] },
);

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
    const records = fc.sample(record, { numRuns: 500, seed: 2 });
    const all = () => [
      ...texts.map(written),
      ...records.map((one) => (require(RECORD) as EncodeRecord)(one).buffer.toString('hex')),
    ];
    const before = all();
    quickEncoders();
    quickEncoders();
    expect(all()).toEqual(before);
    expect(new Encoder().buf).toHaveLength(64);
  });

  it('encodes what is produced without an encoder for each record', async () => {
    quickEncoders();
    expect(require(RECORD)).not.toBe(kafkajsRecord);
    const produce = require('kafkajs/src/protocol/requests/produce/v7/request.js') as (request: object) => {
      encode(): Promise<Written>;
    };
    const messages = Array.from({ length: 1_000 }, (_, index) => ({ value: String(index), headers: { a: 'b' } }));
    const made = jest.spyOn(Encoder as unknown as { nextPowerOfTwo(value: number): number }, 'nextPowerOfTwo');
    await produce({
      acks: -1,
      timeout: 1,
      topicData: [{ topic: 't', partitions: [{ partition: 0, messages }] }],
    }).encode();
    expect(made.mock.calls.length).toBeGreaterThan(0);
    expect(made.mock.calls.length).toBeLessThan(100);
  });
});
