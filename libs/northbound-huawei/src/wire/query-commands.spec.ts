import { describe, expect, it } from '@jest/globals';
import { queryCommandsQuery } from './query-commands.js';

const accepts = (query: object) => queryCommandsQuery.safeParse(query).success;

describe('query of the query call', () => {
  it('defaults to the first page of 1000', () => {
    expect(queryCommandsQuery.parse({})).toEqual({ pageNo: 0, pageSize: 1000 });
  });

  it('reads numbers from text and takes empty parameters for absent ones', () => {
    const query = { pageNo: '3', pageSize: '2', deviceId: '', appId: '', startTime: '20170222T164000Z' };
    expect(queryCommandsQuery.parse(query)).toMatchObject({
      pageNo: 3,
      pageSize: 2,
      startTime: Date.UTC(2017, 1, 22, 16, 40),
    });
  });

  it.each([{ pageNo: '0' }, { pageSize: '1' }, { pageSize: '1000' }, { deviceId: 'x'.repeat(64) }, { other: 'x' }])(
    'takes %j',
    (query) => expect(accepts(query)).toBe(true),
  );

  it.each([
    { pageNo: '-1' },
    { pageNo: 'x' },
    { pageNo: '1.5' },
    { pageNo: '99999999999' },
    { pageSize: '0' },
    { pageSize: '1001' },
    { deviceId: 'x'.repeat(65) },
    { deviceId: ['a', 'b'] },
    { startTime: 'yesterday' },
    { endTime: '20170230T000000Z' },
    { startTime: '20170222T164001Z', endTime: '20170222T164000Z' },
    { appId: 'x'.repeat(65) },
  ])('refuses %j', (query) => expect(accepts(query)).toBe(false));
});
