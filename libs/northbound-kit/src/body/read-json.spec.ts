import { describe, expect, it } from '@jest/globals';
import { isStorableText, MalformedBody, MAX_DEPTH, readForm, readJson } from './read-json.js';

const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
const jsonOf = (text: string) => readJson(Buffer.from(text));

describe('JSON bodies', () => {
  it.each(['{"a":1}', '[]', 'null', '"text"', '{"a":{"b":[1,2,{"c":null}]}}', '{"a":"\\u00e9\\ud83d\\ude00"}', ' {} '])(
    'are read: %s',
    (text) => expect(jsonOf(text)).toEqual(JSON.parse(text)),
  );

  it(`may nest ${String(MAX_DEPTH)} deep and no deeper`, () => {
    expect(() => jsonOf(nested(MAX_DEPTH))).not.toThrow();
    expect(() => jsonOf(nested(MAX_DEPTH + 1))).toThrow(MalformedBody);
    expect(() => jsonOf('['.repeat(30_000) + ']'.repeat(30_000))).toThrow(MalformedBody);
  });

  it.each([
    ['', 'the body is empty'],
    ['  ', 'the body is empty'],
    ['{', 'the body is not JSON'],
    ['{"a":1}}', 'the body is not JSON'],
    ['\ufeff{}', 'the body is not JSON'],
    ['{"a":"\\u0000"}', 'a text holds U+0000 or half a surrogate pair'],
    ['{"a\\u0000":1}', 'a text holds U+0000 or half a surrogate pair'],
    ['{"a":"\\ud800"}', 'a text holds U+0000 or half a surrogate pair'],
    ['{"a":1e999}', 'a number is too large'],
    ['{"a":-1e999}', 'a number is too large'],
    ['{"__proto__":1}', 'a member is named __proto__'],
    ['{"a":[{"\\u005f_proto__":1}]}', 'a member is named __proto__'],
  ])('are refused: %j', (text, message) => expect(() => jsonOf(text)).toThrow(new MalformedBody(message)));

  it('that are no UTF-8 are refused, not repaired', () => {
    expect(() => readJson(Buffer.from([0x22, 0xff, 0x22]))).toThrow('not UTF-8');
  });

  it('are never quoted in the error, because they may hold a secret', () => {
    expect(() => jsonOf('{"secret":"hunter2"')).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining('hunter2') }),
    );
  });
});

describe('forms', () => {
  it('are read; of a repeated member the last one counts', () => {
    expect(readForm(Buffer.from('a=1&b=x%20y&a=2'))).toEqual({ a: '2', b: 'x y' });
  });

  it.each(['a=%00', '__proto__=1'])('are refused: %s', (text) =>
    expect(() => readForm(Buffer.from(text))).toThrow(MalformedBody),
  );
});

describe('storable text', () => {
  it.each(['', 'a', '😀', '\u0001'])('is %j', (text) => expect(isStorableText(text)).toBe(true));
  it.each(['\0', 'a\0b', '\ud800', '\udc00x'])('is not %j', (text) => expect(isStorableText(text)).toBe(false));
});
