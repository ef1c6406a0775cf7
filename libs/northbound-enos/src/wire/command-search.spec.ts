import { describe, expect, it } from '@jest/globals';
import { ErrorAnswer } from '@downlink/northbound-kit';
import { readGolden } from '../spec-support/read-golden.js';
import { readCommandFilter, readCommandOrder } from './command-search.js';
import { searchBody } from './search.js';

const golden = readGolden<{ search: { body: { expression: string } } }>('command');
const EVERYTHING = { states: [], names: [], from: undefined, until: undefined };
const filterOf = (expression: string | undefined) => readCommandFilter(expression, '+08:00');

function refusal(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (error instanceof ErrorAnswer) return (JSON.parse(error.answer.body) as { msg: string }).msg;
    throw error;
  }
  throw new Error('it was taken');
}

describe('what commands are searched by', () => {
  it('is everything without an expression', () => {
    for (const none of [undefined, '', '  ']) expect(filterOf(none)).toEqual(EVERYTHING);
  });

  it('is read from the vendor’s sample, in the device’s timezone', () => {
    expect(filterOf(golden.search.body.expression)).toEqual({
      ...EVERYTHING,
      names: [{ locale: 'zh_CN', text: 'Int_value' }],
      from: Date.UTC(2019, 7, 13, 1),
    });
  });

  const NINE = Date.UTC(2019, 7, 13, 1);
  const at = '"2019-08-13 09:00:00"';
  it.each([
    [`createTime > ${at}`, { from: NINE + 1 }],
    [`createTime >= ${at}`, { from: NINE }],
    [`createTime < ${at}`, { until: NINE }],
    [`createTime <= ${at}`, { until: NINE + 1000 }],
    [`createTime = ${at}`, { from: NINE, until: NINE + 1000 }],
    ["createTime = '2019-08-13 09:00:00.000'", { from: NINE, until: NINE + 1 }],
    ["createTime = '2019-08-13T01:00:00Z'", { from: NINE, until: NINE + 1000 }],
    [`createTime = ${String(NINE)}`, { from: NINE, until: NINE + 1 }],
    [`createTime >= ${at} and createTime >= '2019-08-13 08:00:00'`, { from: NINE }],
    [`createTime < ${at} and createTime < '2019-08-13 08:00:00'`, { until: NINE - 3_600_000 }],
    ['state = 1', { states: [1] }],
    ["state = '7'", { states: [7] }],
    ['state = 1 and state = 2', { states: [1, 2] }],
    ["commandName.en_US like 'a' and state = 3", { states: [3], names: [{ locale: 'en_US', text: 'a' }] }],
  ])('is %s', (expression, filter) => expect(filterOf(expression)).toEqual({ ...EVERYTHING, ...filter }));

  it.each([
    ['state = 0', 'state'],
    ['state = 8', 'state'],
    ['state = 1.5', 'state'],
    ["state = 'new'", 'state'],
    ['state != 1', 'state'],
    ['state in (1, 2)', 'state'],
    ["commandName like 'a'", 'a locale is missing'],
    ["commandName.en_US = 'a'", 'commandName'],
    ["commandName.1 like 'a'", 'a locale is missing'],
    ["commandId = '1'", 'commandId is not supported'],
    ["constructor = '1'", 'constructor is not supported'],
    ["createTime = 'noon'", 'createTime'],
    ["createTime like '2019'", 'createTime'],
    ['createTime > -1', 'createTime'],
    ['state = 1 or state = 2', '"or" is not supported'],
  ])('is not %s, which is refused by name', (expression, words) => {
    const msg = refusal(() => filterOf(expression));
    expect(msg).toMatch(/^Invalid Argument expression:/);
    expect(msg).toContain(words);
  });
});

describe('the order of commands', () => {
  const orderOf = (...sorters: object[]) =>
    readCommandOrder(
      searchBody.parse({ pagination: { pageNo: 1, pageSize: 1, ...(sorters.length > 0 && { sorters }) } }),
    );

  it('is the newest first, unless it is turned round', () => {
    expect(readCommandOrder(searchBody.parse({}))).toBe('newest');
    expect(orderOf()).toBe('newest');
    expect(orderOf({ field: 'createTime', order: 'DESC' })).toBe('newest');
    expect(orderOf({ field: 'createTime', order: 'ASC' })).toBe('oldest');
    expect(orderOf({ field: 'createDate' })).toBe('oldest');
  });

  it('is by time only', () => {
    expect(refusal(() => orderOf({ field: 'state', order: 'ASC' }))).toContain('only createTime is supported');
  });
});
