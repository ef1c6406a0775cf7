import { describe, expect, it } from '@jest/globals';
import { outcomeOfReason } from './puback-reason.js';

describe('the reason code of a PUBACK', () => {
  it.each([
    [0x00, { kind: 'accepted' }],
    [0x10, { kind: 'no-subscriber' }],
    [0x80, { kind: 'refused', reasonCode: 0x80 }],
    [0x97, { kind: 'refused', reasonCode: 0x97 }],
  ])('%i is told as %j', (reasonCode, outcome) => {
    expect(outcomeOfReason(reasonCode)).toEqual(outcome);
  });
});
