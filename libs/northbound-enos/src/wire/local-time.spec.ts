import { describe, expect, it } from '@jest/globals';
import { isTimezone, localTime, readTime } from './local-time.js';

const SUMMER = Date.UTC(2019, 7, 13, 9, 32, 11, 159);

describe('local time', () => {
  it.each([
    ['+00:00', '2019-08-13 09:32:11'],
    ['+08:00', '2019-08-13 17:32:11'],
    ['-09:30', '2019-08-13 00:02:11'],
    ['+14:00', '2019-08-13 23:32:11'],
    ['America/Los_Angeles', '2019-08-13 02:32:11'],
    ['America / Los_Angeles', '2019-08-13 02:32:11'],
    ['Asia/Shanghai', '2019-08-13 17:32:11'],
  ])('in %s is %s, and is read back', (timezone, text) => {
    expect(localTime(SUMMER, timezone)).toBe(text);
    expect(readTime(text, timezone)).toBe(SUMMER - 159);
    expect(readTime(`${text}.159`, timezone)).toBe(SUMMER);
  });

  it('knows summer time, and reads the hours around its change', () => {
    expect(localTime(Date.UTC(2019, 0, 13, 9), 'Europe/Berlin')).toBe('2019-01-13 10:00:00');
    expect(localTime(SUMMER, 'Europe/Berlin')).toBe('2019-08-13 11:32:11');
    expect(readTime('2019-03-31 03:30:00', 'Europe/Berlin')).toBe(Date.UTC(2019, 2, 31, 1, 30));
    expect(readTime('2019-03-31 01:30:00', 'Europe/Berlin')).toBe(Date.UTC(2019, 2, 31, 0, 30));
  });

  it('in UTC is read in every timezone', () => {
    expect(readTime('2019-04-17T02:30:00Z', '+08:00')).toBe(Date.UTC(2019, 3, 17, 2, 30));
  });

  it.each(['', 'yesterday', '2019-02-30 00:00:00', '2019-02-28 24:00:01', '2019-02-28', '2019-02-30T00:00:00Z'])(
    'that does not exist is not read: %j',
    (text) => expect(readTime(text, '+08:00')).toBeUndefined(),
  );
});

describe('a timezone', () => {
  it.each(['+00:00', '-14:59', '+08:00', 'UTC', 'Europe/Berlin', 'america/new_york'])('may be %s', (text) =>
    expect(isTimezone(text)).toBe(true),
  );
  it.each(['', '8', '+8:00', '+15:00', '+08:60', '08:00', 'Nowhere/Land', '+0800', 'x'.repeat(64)])(
    'may not be %j',
    (text) => expect(isTimezone(text)).toBe(false),
  );
});
