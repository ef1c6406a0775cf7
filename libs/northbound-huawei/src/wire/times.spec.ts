import { describe, expect, it } from '@jest/globals';
import { readWireTime, wireTime, wireTimeOrNull } from './times.js';

const SAMPLE = Date.UTC(2017, 1, 22, 16, 40, 0);

describe('wire times', () => {
  it("are written as yyyyMMdd'T'HHmmss'Z' in UTC, without the part of the second", () => {
    expect(wireTime(SAMPLE)).toBe('20170222T164000Z');
    expect(wireTime(SAMPLE + 999)).toBe('20170222T164000Z');
    expect(wireTimeOrNull(null)).toBeNull();
  });

  it('are read back', () => {
    expect(readWireTime('20170222T164000Z')).toBe(SAMPLE);
  });

  it.each([
    '',
    '20170222',
    '2017-02-22T16:40:00Z',
    '20170230T000000Z',
    '20170222T250000Z',
    '20170222T164000',
    '20171322T164000Z',
  ])('that do not exist are not read: %s', (text) => expect(readWireTime(text)).toBeUndefined());
});
