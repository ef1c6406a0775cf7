import fc from 'fast-check';

/** Texts that have broken servers before. */
const ODD_TEXTS = [
  '',
  ' ',
  '0',
  '-1',
  'null',
  'true',
  '[]',
  '{}',
  'NaN',
  '1e999',
  '__proto__',
  'constructor',
  'toString',
  '../../etc/passwd',
  "'; drop table command; --",
  '%',
  '%00',
  '\0',
  '\ud800',
  'a\u202eb',
  '\u{1f4a1}\u200d\u{1f4a1}',
  'e\u0301'.repeat(40),
  '\r\nset-cookie: a=b',
  '9'.repeat(19),
  '9'.repeat(40),
  'f'.repeat(32),
  '2026-02-30T00:00:00Z',
  '20260230T000000Z',
  '00000000-0000-0000-0000-000000000000',
  'x'.repeat(129),
  'y'.repeat(5_000),
] as const;

const ODD_NUMBERS = [0, -0, -1, 1.5, 2 ** 31, 2 ** 53, -(2 ** 63), 1e308, 5e-324] as const;

export const oddText = fc.oneof(fc.constantFrom(...ODD_TEXTS), fc.string({ unit: 'binary', maxLength: 40 }));

/** Anything that JSON can say, and rarely what a member should be. */
export const oddValue: fc.Arbitrary<unknown> = fc.oneof(
  { arbitrary: fc.constantFrom(null, true, false, [], {}, [null], [[]], { a: null }), weight: 3 },
  { arbitrary: fc.constantFrom(...ODD_NUMBERS), weight: 2 },
  { arbitrary: oddText, weight: 4 },
  { arbitrary: fc.integer({ min: 1, max: 60 }).map(nested), weight: 1 },
  { arbitrary: fc.jsonValue({ maxDepth: 3 }), weight: 2 },
);

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}
