import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { stuff, unstuff } from './byte-stuffing.js';
import { fromDecimal, toDecimal, type Decimal } from './decimal.js';
import { decodeFields, encodeFields, greatestNumber, type TtlvField } from './fields.js';
import { decodeFrame, encodeFrame, frameCommands, looksLikeFrame } from './frame.js';

/** Marks and fillers are what stuffing is about: every other byte is one. */
const byte = fc.oneof(fc.constantFrom(0xaa, 0x55), fc.nat(255));
const bytes = fc.array(byte, { maxLength: 64 }).map((list) => Buffer.from(list));
const sixteenBits = fc.nat(0xffff);
const decimals = fc.record<Decimal>({
  unscaled: fc.bigInt({ min: -(1n << 64n) + 1n, max: (1n << 64n) - 1n }),
  decimals: fc.nat(15),
});
const { field: fields } = fc.letrec<{ field: TtlvField }>((tie) => ({
  field: fc.record({
    number: fc.nat(greatestNumber),
    value: fc.oneof({ depthSize: 'small' }, fc.boolean(), decimals, bytes, fc.array(tie('field'), { maxLength: 4 })),
  }),
}));

describe('a TTLV frame', () => {
  it('is laid out as devices of the vendor have it', () => {
    const frame = { packetId: 1, command: frameCommands.read, payload: Buffer.alloc(0) };
    expect(encodeFrame(frame).toString('hex')).toBe('aaaa00051200010011');
  });

  it('has a filler behind each mark that stands before a mark or a filler', () => {
    const frame = { packetId: 0xaaaa, command: frameCommands.write, payload: Buffer.from('aa55aa01aa', 'hex') };
    const hex = encodeFrame(frame).toString('hex');
    expect(hex).toBe('aaaa000abbaa55aa0013aa5555aa01aa');
    expect(decodeFrame(Buffer.from(hex, 'hex'))).toEqual({ ok: true, value: frame });
  });

  it('is read as it was written', () => {
    fc.assert(
      fc.property(fc.record({ packetId: sixteenBits, command: sixteenBits, payload: bytes }), (frame) => {
        const sent = encodeFrame(frame);
        expect(decodeFrame(sent)).toEqual({ ok: true, value: frame });
        expect(looksLikeFrame(sent)).toBe(true);
        // Its beginning stands nowhere else, so that a reader in the middle of a stream finds it.
        expect(sent.indexOf(Buffer.from([0xaa, 0xaa]), 1)).toBe(-1);
      }),
    );
  });

  it('with one byte changed, missing or too many is not taken for another one', () => {
    fc.assert(
      fc.property(bytes, fc.nat(), fc.integer({ min: 1, max: 255 }), (payload, at, change) => {
        const sent = encodeFrame({ packetId: 7, command: frameCommands.data, payload });
        const flipped = Buffer.from(sent);
        flipped[at % sent.length]! ^= change;
        for (const wrong of [flipped, sent.subarray(0, -1), Buffer.concat([sent, Buffer.from([0])])]) {
          expect(decodeFrame(wrong).ok).toBe(false);
        }
      }),
    );
  });

  it('of more than 65,530 bytes cannot be made', () => {
    const frame = (length: number) => ({ packetId: 1, command: 1, payload: Buffer.alloc(length) });
    expect(decodeFrame(encodeFrame(frame(65_530))).ok).toBe(true);
    expect(() => encodeFrame(frame(65_531))).toThrow(RangeError);
  });

  it('survives arbitrary bytes', () => {
    const beginning = fc.constantFrom('', 'aaaa', 'aaaa0005', 'aaaa000512').map((hex) => Buffer.from(hex, 'hex'));
    fc.assert(
      fc.property(beginning, bytes, (first, rest) => {
        expect(() => decodeFrame(Buffer.concat([first, rest]))).not.toThrow();
      }),
    );
  });
});

describe('stuffing', () => {
  it('can be taken back', () => {
    fc.assert(fc.property(bytes, (raw) => expect(unstuff(stuff(raw))).toEqual(raw)));
  });
});

describe('TTLV fields', () => {
  it.each([
    ['false', [{ number: 1, value: false }], '0008'],
    ['true', [{ number: 1, value: true }], '0009'],
    ['a number', [{ number: 2, value: { unscaled: 300n, decimals: 0 } }], '001201012c'],
    ['a negative number with decimals', [{ number: 2, value: { unscaled: -215n, decimals: 1 } }], '001288d7'],
    ['a text', [{ number: 3, value: Buffer.from('on') }], '001b00026f6e'],
    ['a structure', [{ number: 4, value: [{ number: 1, value: true }] }], '002400010009'],
    ['the greatest number', [{ number: 8191, value: true }], 'fff9'],
  ])('spell %s as devices of the vendor do', (_, list, hex) => {
    expect(encodeFields(list).toString('hex')).toBe(hex);
    expect(decodeFields(Buffer.from(hex, 'hex'))).toEqual({ ok: true, value: list });
  });

  it('are read as they were written', () => {
    fc.assert(
      fc.property(fc.array(fields, { maxLength: 6 }), (list) => {
        expect(decodeFields(encodeFields(list))).toEqual({ ok: true, value: list });
      }),
    );
  });

  it('survive arbitrary bytes', () => {
    fc.assert(
      fc.property(bytes, (raw) => {
        const read = decodeFields(raw);
        expect(read.ok || /^(too-deep|member fields)$/.test(read.reason)).toBe(true);
      }),
    );
  });

  it.each([
    ['half a tag', '00', 'member fields'],
    ['an unknown type', '000f', 'member fields'],
    ['a number without its bytes', '001203', 'member fields'],
    ['a text that is shorter than it says', '001b00036f6e', 'member fields'],
    ['a count that lies', '0024ffff0009', 'member fields'],
    ['structures 17 deep', '00240001'.repeat(16) + '0009', 'too-deep'],
  ])('with %s are unreadable', (_, hex, reason) => {
    expect(decodeFields(Buffer.from(hex, 'hex'))).toEqual({ ok: false, reason });
  });

  it('that do not fit cannot be made', () => {
    const wrong: TtlvField[] = [
      { number: 8_192, value: true },
      { number: -1, value: true },
      { number: 1.5, value: true },
      { number: 1, value: { unscaled: 1n << 64n, decimals: 0 } },
      { number: 1, value: { unscaled: 1n, decimals: 16 } },
      { number: 1, value: Buffer.alloc(65_536) },
    ];
    for (const one of wrong) expect(() => encodeFields([one])).toThrow(RangeError);
  });
});

describe('a number on the wire', () => {
  it('is exactly what it was, or is refused', () => {
    fc.assert(
      fc.property(fc.oneof(fc.double(), fc.integer(), fc.float(), fc.maxSafeInteger()), (value) => {
        const sent = toDecimal(value);
        if (sent !== undefined) expect(fromDecimal(sent)).toBe(Object.is(value, -0) ? 0 : value);
      }),
    );
  });

  it.each([
    [21.5, 215n, 1],
    [-0.1, -1n, 1],
    [1_000_000, 1_000_000n, 0],
    [1e19, 10_000_000_000_000_000_000n, 0],
    [1e-15, 1n, 15],
  ])('%d has no more digits than it needs', (value, unscaled, places) => {
    expect(toDecimal(value)).toEqual({ unscaled, decimals: places });
  });

  it.each([1e-16, 2e19, 1e300, Number.NaN, Number.POSITIVE_INFINITY])('%d does not fit', (value) => {
    expect(toDecimal(value)).toBeUndefined();
  });

  it.each([
    [{ unscaled: (1n << 64n) - 1n, decimals: 0 }, '18446744073709551615'],
    [{ unscaled: -9_007_199_254_740_993n, decimals: 0 }, '-9007199254740993'],
    [{ unscaled: 1_500n, decimals: 3 }, 1.5],
    [{ unscaled: 0n, decimals: 15 }, 0],
  ])('that no double holds is told in digits: %j', (sent, value) => {
    expect(fromDecimal(sent)).toBe(value);
  });
});
