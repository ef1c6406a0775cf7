import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readExpression, type Condition } from './expression.js';

const condition = (field: string, operator: Condition['operator'], ...operands: (string | number)[]) => ({
  field,
  operator,
  operands,
});

describe('an expression', () => {
  it.each<[string, Condition[]]>([
    ['state = 1', [condition('state', '=', 1)]],
    ['state=1', [condition('state', '=', 1)]],
    ["state = '1'", [condition('state', '=', '1')]],
    ['state != 3', [condition('state', '!=', 3)]],
    ['createTime >= "2019-08-13 09:00:00"', [condition('createTime', '>=', '2019-08-13 09:00:00')]],
    ['createTime<=1565688726563', [condition('createTime', '<=', 1_565_688_726_563)]],
    ['level > -1.5', [condition('level', '>', -1.5)]],
    ['name LIKE ‘inverter’', [condition('name', 'like', 'inverter')]],
    ['commandName.zh_CN like "a\'b"', [condition('commandName.zh_CN', 'like', "a'b")]],
    ['modelId in (\'a\', "b",3)', [condition('modelId', 'in', 'a', 'b', 3)]],
    [
      'commandName.zh_CN like "Int_value" AND createTime >= "2019-08-13 09:00:00"',
      [condition('commandName.zh_CN', 'like', 'Int_value'), condition('createTime', '>=', '2019-08-13 09:00:00')],
    ],
    ["like = ''", [condition('like', '=', '')]],
  ])('is read: %s', (text, conditions) => expect(readExpression(text)).toEqual({ ok: true, conditions }));

  it.each([
    ['state = 1 or state = 2', '"or" is not supported where "and" is expected'],
    ['not exists(tags.k2)', '"exists" where an operator is expected'],
    ['exists(tags.k1)', '"(" where an operator is expected'],
    ['(state = 1)', '"(" where a field is expected'],
    ['state = 1 and', 'the end where a field is expected'],
    ['state =', 'the end where a value is expected'],
    ['state', 'the end where an operator is expected'],
    ['state = other', '"other" where a value is expected'],
    ['state in 1', 'a value where "(" is expected'],
    ["state in ('a'", 'the end where ")" is expected'],
    ['state in ()', '")" where a value is expected'],
    ['1 = 1', 'a value where a field is expected'],
    ["state = 'a", 'character 8 cannot be read'],
    ['state = 1; drop', 'character 10 cannot be read'],
    ['state = 1x', 'character 8 cannot be read'],
    ['', 'the end where a field is expected'],
    [`state = '${'x'.repeat(1_020)}'`, 'more than 1024 characters'],
    [Array.from({ length: 21 }, () => 'a = 1').join(' and '), 'more than 20 conditions'],
  ])('is refused with what stands in the way: %s', (text, problem) =>
    expect(readExpression(text)).toEqual({ ok: false, problem }),
  );

  it('is read or refused, whatever it is made of', () => {
    const word = fc.constantFrom(
      'state',
      'and',
      'or',
      'like',
      'in',
      '=',
      '>=',
      '(',
      ')',
      ',',
      "'",
      '"a"',
      '1',
      '-',
      '.',
      '😀',
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 50 }),
      fc.array(word, { maxLength: 12 }).map((all) => all.join(' ')),
    );
    fc.assert(
      fc.property(text, (expression) => {
        const read = readExpression(expression);
        return read.ok ? read.conditions.length > 0 : read.problem !== '';
      }),
      { numRuns: 2_000 },
    );
  });
});
