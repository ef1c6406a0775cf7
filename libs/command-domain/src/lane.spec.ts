import { describe, expect, it } from '@jest/globals';
import { evolve } from './evolve.js';
import type { CommandEvent } from './events.js';
import { endLease, evolveLane, extendLease, isFree, presenceOf, type Lane } from './lane.js';
import { aLane, anEvent, aRequest, COMMAND, T0 } from './specimens/index.js';
import type { CommandState } from './states.js';

function live(lane: Lane, ...history: CommandEvent[]): Lane {
  let before: CommandState = { status: 'none' };
  for (const event of history) {
    const after = evolve(before, event);
    lane = evolveLane(lane, COMMAND, event, { before, after });
    before = after;
  }
  return lane;
}

const { CommandAccepted, AttemptStarted, AttemptSent, AttemptNotSent, CommandDelivered, CommandCanceled } = anEvent;

describe('a lane', () => {
  it('counts the queued command and moves on to the next position', () => {
    expect(live(aLane(), CommandAccepted)).toMatchObject({ queued: 1, nextPosition: 2, inFlight: null });
  });

  it('is held by the command in flight until the device acknowledges', () => {
    expect(live(aLane(), CommandAccepted, AttemptStarted)).toMatchObject({ queued: 0, inFlight: COMMAND });
    expect(live(aLane(), CommandAccepted, AttemptStarted, AttemptSent)).toMatchObject({ inFlight: COMMAND });
    expect(live(aLane(), CommandAccepted, AttemptStarted, AttemptSent, CommandDelivered)).toMatchObject({
      inFlight: null,
    });
  });

  it('is not held by an immediate command', () => {
    const request = aRequest({ mode: 'immediate', lifetimeMs: 0 });
    const accepted = { ...CommandAccepted, request, expiresAt: null };
    expect(live(aLane(), accepted, AttemptStarted)).toMatchObject({ queued: 0, inFlight: null });
  });

  it('stops when nobody listened, until a probe or a sign of life', () => {
    const lane = live(aLane(), CommandAccepted, AttemptStarted, AttemptNotSent);
    expect(lane).toMatchObject({ queued: 1, inFlight: null, retryAt: T0 + 10_000, unreachableSince: T0 });
    expect(isFree(lane, T0 + 20_000)).toBe(false);
    expect(isFree(extendLease(lane, T0 + 1, 1_000), T0 + 1)).toBe(true);
  });

  it('does not let the next command wait for the probe of one that is gone', () => {
    const lane = live(aLane(), CommandAccepted, AttemptStarted, AttemptNotSent, CommandCanceled);
    expect(lane).toMatchObject({ queued: 0, retryAt: null, unreachableSince: null });
    expect(isFree(lane, T0)).toBe(true);
  });

  it('does not believe for ever that nobody listens, because one probe was not answered', () => {
    const probe = { ...AttemptStarted, attempt: 2 };
    const lane = live(aLane(), CommandAccepted, AttemptStarted, AttemptNotSent, probe, anEvent.CommandTimedOut);
    expect(isFree(lane, T0)).toBe(true);
  });

  it('still believes a report that the device left when the command that it paused for is gone', () => {
    const lane = live(endLease(aLane(), T0), CommandAccepted, AttemptStarted, AttemptNotSent, CommandCanceled);
    expect(lane).toMatchObject({ retryAt: null, unreachableSince: T0 });
  });

  it('forgets a withdrawn command', () => {
    expect(live(aLane(), CommandAccepted, CommandCanceled)).toMatchObject({ queued: 0, inFlight: null });
  });

  it('takes a lapsed lease for ignorance and not for absence', () => {
    const lane = extendLease(aLane(), T0, 1_000);
    expect(presenceOf(lane, T0 + 999)).toBe('reachable');
    expect(presenceOf(lane, T0 + 1_000)).toBe('unknown');
    expect(isFree(lane, T0 + 1_000)).toBe(true);
    expect(presenceOf(endLease(lane, T0), T0)).toBe('unreachable');
  });
});
