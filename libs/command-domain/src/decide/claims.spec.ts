import { describe, expect, it } from '@jest/globals';
import { newLane } from '../lane.js';
import { aPolicy, aRequest, COMMAND, T0 } from '../specimens/index.js';
import type { Sending } from '../states.js';
import { decide } from './index.js';
import { evolve } from '../evolve.js';
import type { CommandEvent } from '../events.js';

const request = aRequest({ lifetimeMs: 60_000, policy: aPolicy({ maxRetransmit: 1 }) });
const { deviceId } = request;
const fold = (...events: CommandEvent[]) =>
  events.reduce<Parameters<typeof evolve>[0]>((state, event) => evolve(state, event), { status: 'none' }) as Sending;
const accepted: CommandEvent = {
  type: 'CommandAccepted',
  schema: 1,
  at: T0,
  request,
  expiresAt: T0 + 60_000,
  lanePosition: 1,
};
const started = (attempt: number, at: number): CommandEvent => ({
  type: 'AttemptStarted',
  schema: 1,
  at,
  attempt,
  waitUntil: at + 10_000,
});
const sent = (attempt: number, at: number): CommandEvent => ({ type: 'AttemptSent', schema: 1, at, attempt });
const due = (state: Sending, now: number, claimedAttempt?: number) =>
  decide(
    state,
    { kind: 'time-due', commandId: COMMAND, deviceId },
    { now, lane: newLane(deviceId), ...(claimedAttempt === undefined ? {} : { claimedAttempt }) },
  );
const types = (decision: ReturnType<typeof due>) =>
  decision.kind === 'events' ? decision.events.map(({ type }) => type) : decision.rejection.code;

describe('an attempt at its deadline', () => {
  const first = fold(accepted, started(1, T0));

  it('that a dispatcher claimed counts: the next one starts', () => {
    expect(types(due(first, T0 + 10_000, 1))).toEqual(['AttemptStarted']);
  });

  it('counts where nobody knows of claims', () => {
    expect(types(due(first, T0 + 10_000))).toEqual(['AttemptStarted']);
  });

  it('that nobody claimed was never published: it goes back to the queue, to be probed after a second', () => {
    expect(due(first, T0 + 10_000, 0)).toMatchObject({
      events: [{ type: 'AttemptNotSent', attempt: 1, reason: 'unavailable', retryAt: T0 + 11_000 }],
    });
  });

  it('is not judged before', () => {
    expect(types(due(first, T0 + 9_999, 0))).toBe('not-due');
  });

  it('goes back behind an earlier one that was sent, whose try stays counted', () => {
    const second = fold(accepted, started(1, T0), sent(1, T0 + 5), started(2, T0 + 10_000));
    const decision = due(second, T0 + 30_000, 1);
    expect(types(decision)).toEqual(['AttemptNotSent']);
    if (decision.kind !== 'events') throw new Error('rejected');
    expect(evolve(second, decision.events[0]!)).toMatchObject({ status: 'queued', tries: 1, attempts: 2 });
  });

  it('behind the end of the lifetime expires the command, or times it out when an earlier attempt was sent', () => {
    expect(types(due(first, T0 + 60_000, 0))).toEqual(['AttemptNotSent', 'CommandExpired']);
    const second = fold(accepted, started(1, T0), sent(1, T0 + 5), started(2, T0 + 50_000));
    expect(types(due(second, T0 + 60_000, 1))).toEqual(['CommandTimedOut']);
  });

  it('of a command without a queue has it as documented: it times out in the end', () => {
    const immediate = aRequest({ mode: 'immediate', lifetimeMs: 0, policy: aPolicy({ maxRetransmit: 0 }) });
    const state = fold({ ...accepted, request: immediate, expiresAt: null }, started(1, T0));
    expect(types(due(state, T0 + 10_000, 0))).toEqual(['CommandTimedOut']);
  });
});

describe('the broker’s word', () => {
  it('on a retransmission says that it is not the first', () => {
    const word = (state: Sending, attempt: number) =>
      decide(
        state,
        { kind: 'broker-accepted', commandId: COMMAND, deviceId, attempt },
        { now: T0 + 10_001, lane: newLane(deviceId) },
      );
    expect(word(fold(accepted, started(1, T0)), 1)).toEqual({
      kind: 'events',
      events: [{ type: 'AttemptSent', schema: 1, at: T0 + 10_001, attempt: 1 }],
    });
    expect(word(fold(accepted, started(1, T0), sent(1, T0), started(2, T0 + 10_000)), 2)).toMatchObject({
      events: [{ type: 'AttemptSent', attempt: 2, again: true }],
    });
  });
});
