import { describe, expect, it } from '@jest/globals';
import { isTopicSafe } from './topic-safety.js';

describe('a device id', () => {
  it.each(['d', 'x'.repeat(128), '8c23b6b4-ea68-48fb-9c2f-90452a81ebb1', 'a b', 'Zähler', '$x'])('may be %j', (id) => {
    expect(isTopicSafe(id)).toBe(true);
  });

  it.each(['', 'x'.repeat(129), 'a+', '#', 'a/b', 'a\0', 'a\n', 'a\u007f', 'a\u0085', 'a\ud800'])(
    'must not be %j',
    (id) => {
      expect(isTopicSafe(id)).toBe(false);
    },
  );
});
