import { describe, expect, it } from '@jest/globals';
import { MalformedBody } from './read-json.js';
import { readYaml } from './read-yaml.js';

const reading = (text: string | Buffer) => () => readYaml(Buffer.isBuffer(text) ? text : Buffer.from(text));

describe('YAML', () => {
  it('is read as the JSON that it says', () => {
    const text = `
# a comment
a: &shared {x: 1, y: [true, null, 1.5]}
b: *shared
text: "12"
block: |
  two
  lines
`;
    const shared = { x: 1, y: [true, null, 1.5] };
    expect(readYaml(Buffer.from(text))).toEqual({ a: shared, b: shared, text: '12', block: 'two\nlines\n' });
  });

  it('takes words for words: no dates, no yes and no, no sexagesimal numbers', () => {
    expect(readYaml(Buffer.from('[2026-11-22, yes, no, 1:30, 0o17, ~]'))).toEqual([
      '2026-11-22',
      'yes',
      'no',
      '1:30',
      15,
      null,
    ]);
  });

  it('says null where it says nothing', () => {
    expect([readYaml(Buffer.from('')), readYaml(Buffer.from('# nothing\n'))]).toEqual([null, null]);
  });

  it.each<[string, string | Buffer, RegExp]>([
    ['a key that stands twice', 'a: 1\nb: 2\na: 3\n', /line 3, column 1: DUPLICATE_KEY/],
    ['what is no YAML', 'a: [1', /line 1/],
    ['two documents', 'a: 1\n---\nb: 2\n', /more than one document/],
    ['a tag of its own', 'a: !!binary aGk=', /TAG_RESOLVE_FAILED/],
    ['a tag that would make an object', 'a: !!js/function "x"', /TAG_RESOLVE_FAILED/],
    ['a key that is no text', '{[1]: 2}', /NON_STRING_KEY/],
    ['an alias of nothing', 'a: *nobody', /BAD_ALIAS|aliases/],
    ['a number beyond a double', 'a: 1e999', /too large/],
    ['infinity', 'a: .inf', /too large/],
    ['U+0000', 'a: "\\0"', /U\+0000/],
    ['__proto__', '__proto__: {x: 1}', /__proto__/],
    ['bytes that are no UTF-8', Buffer.from([0x61, 0x3a, 0x20, 0xff]), /UTF-8/],
    ['deep nesting', `${'['.repeat(40)}${']'.repeat(40)}`, /deeper/],
    ['nesting that would overflow the stack', '['.repeat(200_000), /deeper/],
    ['as deep nesting in blocks', '- '.repeat(100_000), /deeper/],
    ['as deep nesting of keys', '? '.repeat(100_000), /deeper/],
  ])('with %s is refused', (_, text, message) => {
    expect(reading(text)).toThrow(MalformedBody);
    expect(reading(text)).toThrow(message);
  });

  it('with aliases that grow out of bounds is refused at once', () => {
    const levels = Array.from({ length: 12 }, (_, n) =>
      n === 0 ? 'l0: &l0 [x, x, x, x, x, x, x, x, x]' : `l${n}: &l${n} [${`*l${n - 1}, `.repeat(9)}]`,
    );
    const started = performance.now();
    expect(reading(levels.join('\n'))).toThrow(/aliases/);
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it('reads a map of many keys in time that grows with their number', () => {
    const keys = Array.from({ length: 20_000 }, (_, n) => `k${n}: 1`);
    const started = performance.now();
    expect(Object.keys(readYaml(Buffer.from(keys.join('\n'))) as object)).toHaveLength(20_000);
    expect(performance.now() - started).toBeLessThan(4_000);
  });

  it('says where it is wrong and quotes nothing of it', () => {
    let message = '';
    try {
      reading('secret: hunter2\nsecret: hunter3')();
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toMatch(/line 2/);
    expect(message).not.toContain('hunter');
  });
});
