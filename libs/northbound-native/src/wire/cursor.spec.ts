import { describe, expect, it } from '@jest/globals';
import { ErrorAnswer } from '@downlink/northbound-kit';
import { z } from 'zod';
import { pageOf, readCursor, writeCursor, type AskedList } from './cursor.js';

const LIST: AskedList = ['devices', 'app-1', { product: 'lamp', state: undefined }];
const KEY = z.string().max(20);

describe('a cursor', () => {
  it('gives back the key that it was made of, whatever that holds', () => {
    for (const key of ['a', '7', 'ключ', 'x'.repeat(20), '{"a":1}']) {
      expect(readCursor(LIST, writeCursor(LIST, key), KEY)).toBe(key);
    }
  });

  it('says nothing in plain text and fits into a URL as it is', () => {
    expect(writeCursor(LIST, 'device-1?&=/')).toMatch(/^[\w-]+$/);
  });

  it('does not care about the order of filters and about those that are not there', () => {
    const same: AskedList = ['devices', 'app-1', { product: 'lamp' }];
    expect(readCursor(same, writeCursor(LIST, 'a'), KEY)).toBe('a');
  });

  const good = writeCursor(LIST, 'a');
  it.each<[string, AskedList, string]>([
    ['of another list', ['products', 'app-1', { product: 'lamp' }], good],
    ['of another application', ['devices', 'app-2', { product: 'lamp' }], good],
    ['of the administrator', ['devices', undefined, { product: 'lamp' }], good],
    ['with another filter', ['devices', 'app-1', { product: 'door' }], good],
    ['without its filter', ['devices', 'app-1'], good],
    ['of nobody', LIST, 'x'],
    ['that is empty', LIST, ''],
    ['without a key', LIST, good.slice(0, 12)],
    ['that was changed', LIST, good.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))],
    ['with something behind it', LIST, `${good}=`],
    ['with blanks in it', LIST, ` ${good}`],
    ['whose key cannot be', LIST, writeCursor(LIST, 'x'.repeat(21))],
    ['that is a plain key', LIST, 'device-1'],
  ])('%s is refused', (_, list, cursor) => {
    expect(() => readCursor(list, cursor, KEY)).toThrow(ErrorAnswer);
  });
});

describe('a page', () => {
  const key = (entry: string) => entry;

  it('has a next one when there is more', () => {
    const page = pageOf(LIST, ['a', 'b', 'c'], { limit: 2, key });
    expect(page).toEqual({ items: ['a', 'b'], next: writeCursor(LIST, 'b') });
  });

  it('is the last when there is not', () => {
    expect(pageOf(LIST, ['a', 'b'], { limit: 2, key })).toEqual({ items: ['a', 'b'], next: null });
    expect(pageOf(LIST, [], { limit: 2, key })).toEqual({ items: [], next: null });
  });
});
