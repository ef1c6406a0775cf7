import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { writeRemainingLength } from '../packets/remaining-length.js';
import { type FrameJudge, FrameScanner, verdict } from './frame-scanner.js';

interface Tried {
  scanner: FrameScanner;
  out: () => string;
  /** How often `flush` was called with something to write. */
  writes: () => number;
  unreadable: string[];
}

function trial(judge: FrameJudge['judge'], maxFrameBytes = 100_000): Tried {
  const written: Buffer[] = [];
  const unreadable: string[] = [];
  let writes = 0;
  let gathered = 0;
  const outlet = {
    append(bytes: Buffer, from: number, to: number) {
      written.push(Buffer.from(bytes.subarray(from, to)));
      gathered += 1;
    },
    flush() {
      if (gathered > 0) writes += 1;
      gathered = 0;
    },
  };
  const scanner = new FrameScanner(outlet, { judge, unreadable: (what) => unreadable.push(what) }, maxFrameBytes);
  return { scanner, out: () => Buffer.concat(written).toString('hex'), writes: () => writes, unreadable };
}

function frame(first: number, bodyLength: number): Buffer {
  const header = Buffer.alloc(5);
  header[0] = first;
  const end = writeRemainingLength(header, 1, bodyLength);
  return Buffer.concat([header.subarray(0, end), Buffer.alloc(bodyLength, first)]);
}

const frames = fc.array(
  fc.record({ first: fc.integer({ min: 0x10, max: 0xff }), length: fc.oneof(fc.nat(5), fc.nat(300), fc.nat(20_000)) }),
  { minLength: 1, maxLength: 12 },
);
const cuts = fc.array(fc.integer({ min: 1, max: 4_000 }), { minLength: 1, maxLength: 20 });

function chunked(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0, n = 0; at < bytes.length; n += 1) {
    const size = sizes[n % sizes.length]!;
    chunks.push(Buffer.from(bytes.subarray(at, at + size)));
    at += size;
  }
  return chunks;
}

describe('the frame scanner', () => {
  it('forwards the same bytes however they are cut, although the memory of a chunk is used again', () => {
    fc.assert(
      fc.property(frames, cuts, (specified, sizes) => {
        const bytes = Buffer.concat(specified.map(({ first, length }) => frame(first, length)));
        const { scanner, out } = trial(() => verdict.pass);
        for (const chunk of chunked(bytes, sizes)) {
          scanner.scan(chunk);
          chunk.fill(0xee);
        }
        expect(out()).toBe(bytes.toString('hex'));
      }),
    );
  });

  it('drops, replaces and holds frames the same way however they are cut', () => {
    fc.assert(
      fc.property(frames, cuts, (specified, sizes) => {
        const bytes = Buffer.concat(specified.map(({ first, length }) => frame(first, length)));
        let holds = 0;
        const judge = (seen: FrameScanner): number => {
          const first = seen.bytes[seen.start]!;
          if (first % 4 === 0) return seen.headerLength + seen.bodyLength;
          if (first % 4 === 1 && seen.bodyAtHand < Math.min(3, seen.bodyLength)) return verdict.more;
          if (first % 4 === 2 && holds < 3) {
            holds += 1;
            return verdict.hold;
          }
          if (first % 4 === 3) {
            seen.insert(Buffer.from('instead'));
            return seen.headerLength;
          }
          return verdict.pass;
        };
        const { scanner, out } = trial(judge);
        for (const chunk of chunked(bytes, sizes)) {
          scanner.scan(chunk);
          chunk.fill(0xee);
        }
        for (let n = 0; n < 4; n += 1) scanner.resume();
        const expected = specified.map(({ first, length }) => {
          if (first % 4 === 0) return Buffer.alloc(0);
          const whole = frame(first, length);
          const body = whole.subarray(whole.length - length);
          return first % 4 === 3 ? Buffer.concat([Buffer.from('instead'), body]) : whole;
        });
        expect(out()).toBe(Buffer.concat(expected).toString('hex'));
      }),
    );
  });

  it('writes once for all that was read at once', () => {
    const { scanner, writes } = trial(() => verdict.pass);
    scanner.scan(Buffer.concat([frame(0x30, 10), frame(0x40, 2), frame(0x30, 500)]));
    expect(writes()).toBe(1);
  });

  it('refuses a packet above the limit as soon as its header says so, after what came before it', () => {
    const { scanner, out, unreadable } = trial(() => verdict.pass, 1_000);
    const before = frame(0x40, 2);
    scanner.scan(Buffer.concat([before, Buffer.from([0x30, 0xff, 0xff])]));
    expect(unreadable).toEqual([]);
    scanner.scan(Buffer.from([0x7f]));
    expect(unreadable).toEqual(['oversized']);
    scanner.scan(frame(0x40, 2));
    expect(out()).toBe(before.toString('hex'));
  });

  it('lets a packet of exactly the limit through', () => {
    const { scanner, out, unreadable } = trial(() => verdict.pass, 128);
    scanner.scan(frame(0x30, 126));
    expect([out().length / 2, unreadable]).toEqual([128, []]);
    scanner.scan(frame(0x30, 127));
    expect(unreadable).toEqual(['oversized']);
  });

  it('refuses a remaining length of more than four bytes', () => {
    const { scanner, unreadable } = trial(() => verdict.pass);
    scanner.scan(Buffer.from([0x30, 0x80, 0x80, 0x80, 0x80]));
    expect(unreadable).toEqual(['malformed']);
  });

  it('forwards nothing of what follows the packet that ended it', () => {
    const { scanner, out } = trial((seen) => (seen.bytes[seen.start] === 0xe0 ? verdict.stop : verdict.pass));
    scanner.scan(Buffer.concat([frame(0xc0, 0), frame(0xe0, 0), frame(0x30, 5)]));
    scanner.scan(frame(0x30, 5));
    expect(out()).toBe('c000');
  });

  it('lets a packet of ours in between two frames only', () => {
    const { scanner, out } = trial(() => verdict.pass);
    const written: Buffer[] = [];
    const ours = Buffer.from([0xd0, 0]);
    const whole = frame(0x30, 6);
    scanner.interpose(ours, (packet) => written.push(packet));
    expect(written).toEqual([ours]);
    scanner.scan(whole.subarray(0, 4));
    scanner.interpose(ours, (packet) => written.push(packet));
    expect(written).toHaveLength(1);
    scanner.scan(Buffer.concat([whole.subarray(4), frame(0xc0, 0)]));
    expect(out()).toBe(`${whole.toString('hex')}d000c000`);
  });
});
