import { describe, expect, it } from '@jest/globals';
import { GOLDEN_ANNOTATIONS, GOLDEN_FACTS } from './golden-facts.js';
import { decodeFact, encodeFact } from './index.js';

const fact = GOLDEN_FACTS.AttemptStarted;
const carrying = (more: object) => ({ ...fact, request: { ...fact.request, ...more } });
const roundTrip = (more: object) => decodeFact(encodeFact(carrying(more), GOLDEN_ANNOTATIONS).value);

describe('members that requests got later', () => {
  it('are carried where they are there', () => {
    expect(roundTrip({ modelVersion: 3 })).toEqual(carrying({ modelVersion: 3 }));
  });

  it('are absent where the record has none', () => {
    expect(roundTrip({}).request).not.toHaveProperty('modelVersion');
  });

  it('make a record unreadable where they are of another type', () => {
    expect(() => roundTrip({ modelVersion: '3' })).toThrow(/modelVersion/);
  });
});
