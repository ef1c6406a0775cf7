import { createRequire } from 'node:module';

/** What is touched of kafkajs's encoder: bytes that grow as they are written. */
interface Encoder {
  buf: Buffer;
  offset: number;
  ensureAvailable(length: number): void;
  writeUVarInt(value: number): Encoder;
}

interface EncoderClass {
  readonly prototype: Partial<Encoder>;
  nextPowerOfTwo(value: number): number;
}

/** What a new encoder asks for in kafkajs 2.2.4, and what it gets: up to 64 bytes V8 allocates without a buffer behind it. */
const ASKED = 511;
const GIVEN = 64;

let quick = false;

/**
 * Takes a third off what it costs to encode a record with kafkajs 2.2.4 (29 to 20 µs with six headers, one of them and
 * every number an encoder or a list of its own): encoders begin small, grow without being filled with zeros first, and write
 * numbers in place. The bytes stay the same. Does nothing to a version of another shape.
 */
export function quickEncoders(): void {
  if (quick) return;
  quick = true;
  const encoder = createRequire(import.meta.url)('kafkajs/src/protocol/encoder.js') as EncoderClass;
  const { prototype, nextPowerOfTwo } = encoder;
  if (prototype.ensureAvailable === undefined || prototype.writeUVarInt === undefined) return;
  encoder.nextPowerOfTwo = (value) => (value === ASKED ? GIVEN : nextPowerOfTwo(value));
  prototype.ensureAvailable = function (this: Encoder, length: number): void {
    const needed = this.offset + length;
    if (needed <= this.buf.length) return;
    const grown = Buffer.allocUnsafe(nextPowerOfTwo(needed));
    this.buf.copy(grown, 0, 0, this.offset);
    this.buf = grown;
  };
  prototype.writeUVarInt = function (this: Encoder, value: number): Encoder {
    this.ensureAvailable(5);
    let left = value;
    for (; (left & ~0x7f) !== 0; left >>>= 7) this.buf[this.offset++] = (left & 0x7f) | 0x80;
    this.buf[this.offset++] = left;
    return this;
  };
}
