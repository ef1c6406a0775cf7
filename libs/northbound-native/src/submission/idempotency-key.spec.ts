import { describe, expect, it } from '@jest/globals';
import { digestOf, idempotencyKey, keyOfItem, keyOfRequest } from './idempotency-key.js';

describe('an idempotency key', () => {
  it.each(['a', '!', '~', '8e03978e-40d5-43dd-bc93-6894a57f9324', '"quoted"', 'x'.repeat(255)])('may be %s', (key) =>
    expect(keyOfRequest({ headers: { 'idempotency-key': key } })).toBe(key),
  );

  it.each(['', ' ', 'a b', 'a, b', 'a\tb', 'é', '\u007f', 'a\n', 'x'.repeat(256)])('may not be %j', (key) => {
    expect(idempotencyKey.safeParse(key).success).toBe(false);
    expect(() => keyOfRequest({ headers: { 'idempotency-key': key } })).toThrow('answered with 400');
  });

  it('may be left out', () => expect(keyOfRequest({ headers: {} })).toBeUndefined());
});

describe('the digest of a body', () => {
  it('is the same whatever the order of members, and with absent ones', () => {
    const digest = digestOf({ a: 1, b: { c: [1, { d: 2, e: 3 }], 10: 'x', 9: 'y' } });
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
    expect(digestOf({ b: { 9: 'y', 10: 'x', c: [1, { e: 3, d: 2 }] }, z: undefined, a: 1 })).toBe(digest);
  });

  it.each<[string, object, object]>([
    ['values', { a: 1 }, { a: 2 }],
    ['types', { a: 1 }, { a: '1' }],
    ['the order of a list', { a: [1, 2] }, { a: [2, 1] }],
    ['a list of pairs and an object', { a: { b: 1 } }, { a: [['b', 1]] }],
    ['null in the parameters and nothing', { a: { b: null } }, { a: {} }],
    ['names', { a: 1 }, { b: 1 }],
  ])('tells %s apart', (_, one, other) => expect(digestOf(one)).not.toBe(digestOf(other)));
});

describe('the key of an item in a batch with a key', () => {
  it('is its own for each item and each batch, and a valid key', () => {
    const keys = [
      keyOfItem('a', '1'),
      keyOfItem('a', '2'),
      keyOfItem('b', '1'),
      keyOfItem('a","1', ''),
      keyOfItem('a', '","1'),
    ];
    expect(new Set(keys).size).toBe(keys.length);
    for (const key of keys) expect(idempotencyKey.parse(key)).toBe(key);
    expect(keyOfItem('a', '1')).toBe(keys[0]);
  });
});
