import { describe, expect, it } from '@jest/globals';
import { entityTag, isHeldBy } from './entity-tag.js';

const TAG = entityTag('{"status":"queued"}');

describe('an entity tag', () => {
  it('is quoted, has no comma, and is another one for other bytes', () => {
    expect(TAG).toMatch(/^"[\w-]{27}"$/);
    expect(entityTag('{"status":"queued"}')).toBe(TAG);
    expect(entityTag('{"status":"sent"}')).not.toBe(TAG);
  });

  it.each<[string | undefined, boolean]>([
    [undefined, false],
    ['', false],
    ['"other"', false],
    [TAG.slice(1, -1), false],
    [TAG, true],
    [`W/${TAG}`, true],
    [`"other", W/"another",${TAG}`, true],
    ['*', true],
  ])('If-None-Match: %s', (header, held) => expect(isHeldBy(header, TAG)).toBe(held));
});
