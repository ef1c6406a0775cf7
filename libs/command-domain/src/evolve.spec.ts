import { describe, expect, it } from '@jest/globals';
import { evolve, fold } from './evolve.js';
import type { CommandEvent } from './events.js';
import { deadlineOf } from './policies/deadline.js';
import { ACCEPTED_STATUSES, anEvent, aState, historyOf } from './specimens/index.js';
import type { Status } from './states.js';

describe('evolve', () => {
  it('leads each history to its state', () => {
    for (const status of Object.keys(historyOf) as Status[]) expect(fold(historyOf[status]).status).toBe(status);
  });

  it('is total: every event has an effect on every accepted state, without an exception', () => {
    for (const status of ACCEPTED_STATUSES) {
      for (const event of Object.values(anEvent) as CommandEvent[]) {
        expect(evolve(aState(status), event)).toHaveProperty('status');
      }
    }
  });

  it('refuses a history that does not begin with CommandAccepted', () => {
    expect(() => evolve({ status: 'none' }, anEvent.AttemptSent)).toThrow('begins with CommandAccepted');
  });

  it('keeps the times of a life', () => {
    expect(aState('succeeded')).toMatchObject({
      acceptedAt: expect.any(Number),
      firstAttemptAt: expect.any(Number),
      sentAt: expect.any(Number),
      finishedAt: expect.any(Number),
      attempts: 1,
    });
  });

  it('gives every unfinished state exactly one deadline and finished ones none', () => {
    const waiting: Status[] = ['queued', 'sending', 'sent', 'delivered'];
    for (const status of Object.keys(historyOf) as Status[]) {
      expect(deadlineOf(aState(status)) !== null).toBe(waiting.includes(status));
    }
  });
});
