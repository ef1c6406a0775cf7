import { describe, expect, it } from '@jest/globals';
import {
  ACCEPTED_STATUSES,
  aLane,
  anEvent,
  aPolicy,
  aRequest,
  aState,
  COMMAND,
  OTHER,
  T0,
} from '@downlink/command-domain/contracts';
import { evolve, isFinal, type AcceptedState, type CommandEvent, type CommandState } from '@downlink/command-domain';
import { explainWaiting } from './explain-waiting.js';
import type { Situation } from './ports/command-reader.port.js';
import type { Head } from './ports/command-store.port.js';

const NOW = T0 + 5_000;
const at = (ms: number): string => new Date(ms).toISOString();
const headOf = (state: AcceptedState, commandId = COMMAND): Head => ({ commandId, version: 1, state });
const queued = headOf(aState('queued'));

function situation(over: Partial<Situation> = {}): Situation {
  return { now: NOW, head: queued, lane: aLane(), firstQueued: queued, inFlight: null, ahead: 0, ...over };
}

function folded(...events: CommandEvent[]): AcceptedState {
  let state: CommandState = { status: 'none' };
  for (const event of events) state = evolve(state, event);
  return state as AcceptedState;
}

/** Every lane that a command may find itself in. */
const lanes = {
  free: aLane(),
  away: aLane({ unreachableSince: T0 + 1_000, retryAt: T0 + 10_000 }),
  'put back': aLane({ retryAt: T0 + 10_000 }),
  blocked: aLane({ blockedBy: 'letter-7' }),
  held: aLane({ inFlight: OTHER, inFlightSince: T0 }),
};

describe('why a command waits', () => {
  const expiry = ` It expires at ${at(T0 + 172_800_000)}.`;
  const other = headOf(aState('sent'), OTHER);

  it('says, when nothing stands in its way, that its turn comes', () => {
    expect(explainWaiting(situation())).toMatchObject({
      waiting: true,
      reason: 'turn',
      since: T0,
      expiresAt: T0 + 172_800_000,
      sentence: `Nothing stands in its way: its turn comes at once.${expiry}`,
    });
  });

  it('says since when the device is away, and when it is tried in any case', () => {
    expect(explainWaiting(situation({ lane: lanes.away }))).toMatchObject({
      reason: 'device-away',
      since: T0 + 1_000,
      nextAttemptAt: T0 + 10_000,
      sentence: `The device has not been seen since ${at(T0 + 1_000)}; the command is sent as soon as it shows itself, and tried at ${at(T0 + 10_000)} in any case.${expiry}`,
    });
  });

  it('says when the next attempt is, after one that reached nobody', () => {
    const { CommandAccepted, AttemptStarted, AttemptNotSent } = anEvent;
    const head = headOf(folded(CommandAccepted, AttemptStarted, { ...AttemptNotSent, reason: 'unavailable' }));
    expect(explainWaiting(situation({ head, firstQueued: head, lane: lanes['put back'] }))).toMatchObject({
      reason: 'put-back',
      attempt: 1,
      nextAttemptAt: T0 + 10_000,
      sentence: `Attempt 1 reached nobody; the next attempt is at ${at(T0 + 10_000)}, or as soon as the device shows itself.${expiry}`,
    });
  });

  it('names the dead letter that blocks the lane, before anything else', () => {
    const lane = { ...lanes.away, blockedBy: 'letter-7', inFlight: OTHER };
    expect(explainWaiting(situation({ lane, inFlight: other }))).toMatchObject({
      reason: 'lane-blocked',
      blockedBy: 'letter-7',
      sentence: `The device's queue is blocked by dead letter letter-7 until that is replayed or discarded.${expiry}`,
    });
  });

  it('names the command under way that it waits behind, and what that one waits for', () => {
    const found = explainWaiting(situation({ lane: lanes.held, inFlight: other, ahead: 2 }));
    expect(found).toMatchObject({
      reason: 'behind-command',
      ahead: 2,
      behind: { commandId: OTHER, status: 'sent', reason: 'acknowledgement', attempt: 1, until: T0 + 12_000 },
    });
    expect(found.sentence).toBe(
      `It waits behind command ${OTHER}, which is sent and 2 queued before it. Of that one: Attempt 1 awaits the device's acknowledgement until ${at(T0 + 12_000)}; then the next attempt is made.${expiry}`,
    );
  });

  it('names the first of the queue when nothing is under way, and why that one waits', () => {
    const first = headOf(aState('queued'), OTHER);
    expect(explainWaiting(situation({ firstQueued: first, ahead: 3, lane: lanes.away }))).toMatchObject({
      reason: 'behind-command',
      behind: { commandId: OTHER, reason: 'device-away', since: T0 + 1_000 },
      sentence: expect.stringContaining(`behind command ${OTHER}, the first of 3 before it`),
    });
  });

  it('says what an attempt awaits and until when', () => {
    const sending = explainWaiting(situation({ head: headOf(aState('sending')), firstQueued: null }));
    expect(sending).toMatchObject({ reason: 'broker-confirmation', attempt: 1, until: T0 + 12_000 });
    expect(sending.sentence).toBe(
      `Attempt 1 awaits the broker's confirmation until ${at(T0 + 12_000)}; then the next attempt is made.`,
    );
    const delivered = explainWaiting(situation({ head: headOf(aState('delivered')), firstQueued: null }));
    expect(delivered).toMatchObject({ reason: 'answer', since: T0, until: T0 + 180_000, nextAttemptAt: null });
    expect(delivered.sentence).toBe(
      `Attempt 1 awaits the device's answer until ${at(T0 + 180_000)}; then it times out.`,
    );
  });

  it('says that the last attempt is the last', () => {
    const state = aState('sent', aRequest({ policy: aPolicy({ maxRetransmit: 0 }) }));
    expect(explainWaiting(situation({ head: headOf(state), lane: lanes.away }))).toMatchObject({
      reason: 'acknowledgement',
      nextAttemptAt: null,
      sentence: `Attempt 1 awaits the device's acknowledgement until ${at(T0 + 12_000)}; then it times out. The device has not been seen since ${at(T0 + 1_000)}.`,
    });
  });

  it('admits that an instant has passed and nobody has acted on it', () => {
    const now = T0 + 12_000;
    const found = explainWaiting(situation({ now, head: headOf(aState('sent')) }));
    expect(found.overdue).toBe(true);
    expect(found.sentence).toMatch(/nobody has acted on it yet\.$/);
  });

  it.each(ACCEPTED_STATUSES.filter((status) => isFinal(aState(status))))('waits for nothing once %s', (status) => {
    const found = explainWaiting(situation({ head: headOf(aState(status)), lane: lanes.blocked, firstQueued: null }));
    expect(found).toMatchObject({ waiting: false, reason: 'finished', since: T0, expiresAt: null, blockedBy: null });
    expect(found.sentence).toMatch(new RegExp(`^It waits for nothing: it .* at ${at(T0)}\\.$`));
  });

  it('names the successor of a superseded command', () => {
    const found = explainWaiting(situation({ head: headOf(aState('superseded')) }));
    expect(found).toMatchObject({ supersededBy: OTHER, sentence: expect.stringContaining(OTHER) });
  });

  for (const status of ACCEPTED_STATUSES) {
    for (const [name, lane] of Object.entries(lanes)) {
      it(`has one sentence for a ${status} command in a lane that is ${name}, and never fails`, () => {
        for (const now of [T0, NOW, T0 + 10 ** 9]) {
          const head = headOf(aState(status));
          const inFlight = lane.inFlight === null ? null : other;
          const found = explainWaiting(situation({ now, head, lane, inFlight, firstQueued: null }));
          expect(found.waiting).toBe(!isFinal(head.state));
          expect(found.sentence).toMatch(/^[A-Z].*\.$/);
          expect(found.sentence).not.toMatch(/null|undefined|unknown time|NaN/);
        }
      });
    }
  }

  it('explains a lane that is held by a command which is gone', () => {
    const found = explainWaiting(situation({ lane: lanes.held }));
    expect(found).toMatchObject({ reason: 'behind-command', behind: null });
  });
});
