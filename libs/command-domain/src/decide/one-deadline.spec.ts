import { describe, expect, it } from '@jest/globals';
import { evolve, fold } from '../evolve.js';
import { deadlineOf } from '../policies/deadline.js';
import type { CommandSignal } from '../signals.js';
import { aLane, aPolicy, aRequest, aSignal, COMMAND, T0 } from '../specimens/index.js';
import type { AcceptedState, CommandState } from '../states.js';
import type { Decision } from './decision.js';
import { decide } from './index.js';

const WITHIN = 5_000;
const END = T0 + WITHIN;
const policy = aPolicy({ finishWithinMs: WITHIN });
const lane = aLane();

const eventsOf = (decision: Decision) => (decision.kind === 'events' ? decision.events : []);
const typesOf = (decision: Decision) => eventsOf(decision).map(({ type }) => type);

/** Lives through signals, each at its instant, and gives every event. */
function live(...steps: [now: number, signal: CommandSignal][]): AcceptedState {
  let state: CommandState = { status: 'none' };
  for (const [now, signal] of steps) {
    const decision = decide(state, signal, { now, lane });
    for (const event of eventsOf(decision)) state = evolve(state, event);
  }
  return state as AcceptedState;
}

const submitted = (request: ReturnType<typeof aRequest>): [number, CommandSignal] => [
  T0,
  { ...aSignal.submit, request },
];
const { turn } = aSignal;
const accept = aSignal['broker-accepted'];
const acknowledge = aSignal['device-acknowledged'];
const answer = aSignal['device-answered'];
const due = aSignal['time-due'];
const refuse = aSignal['broker-refused'];

describe('a command with one deadline over all others', () => {
  const cached = aRequest({ policy });

  it('expires in the queue at that instant, however long its lifetime', () => {
    const queued = live(submitted(cached));
    expect(deadlineOf(queued)).toBe(END);
    expect(typesOf(decide(queued, turn, { now: END, lane }))).toEqual(['CommandExpired']);
    expect(typesOf(decide(queued, turn, { now: END - 1, lane }))).toEqual(['AttemptStarted']);
  });

  it('keeps a shorter lifetime', () => {
    const short = aRequest({ policy, lifetimeMs: 1_000 });
    expect(deadlineOf(live(submitted(short)))).toBe(T0 + 1_000);
  });

  it('awaits an acknowledgement no longer, and makes no further attempt', () => {
    const sent = live(submitted(cached), [T0, turn], [T0 + 5, accept]);
    expect(deadlineOf(sent)).toBe(END);
    expect(typesOf(decide(sent, due, { now: END, lane }))).toEqual(['CommandTimedOut']);
  });

  it('awaits an answer no longer', () => {
    const delivered = live(submitted(cached), [T0, turn], [T0 + 5, accept], [T0 + 9, acknowledge]);
    expect(deadlineOf(delivered)).toBe(END);
    expect(decide(delivered, due, { now: END, lane })).toMatchObject({
      events: [{ type: 'CommandTimedOut', waitedFor: 'answer' }],
    });
  });

  it('takes an answer a millisecond before it, and none from that instant on, though the scheduler has not come by', () => {
    const delivered = live(submitted(cached), [T0, turn], [T0 + 5, accept], [T0 + 9, acknowledge]);
    expect(typesOf(decide(delivered, answer, { now: END - 1, lane }))).toEqual(['CommandSucceeded']);
    const late = decide(delivered, answer, { now: END, lane });
    expect(typesOf(late)).toEqual(['CommandTimedOut', 'LateAnswerRecorded']);
    expect(eventsOf(late)[0]).toMatchObject({ waitedFor: 'answer' });
  });

  it('is over for an acknowledgement that comes after it, too', () => {
    const sending = live(submitted(cached), [T0, turn]);
    const late = decide(sending, acknowledge, { now: END, lane });
    expect(typesOf(late)).toEqual(['AttemptSent', 'CommandTimedOut', 'LateAnswerRecorded']);
    expect(eventsOf(late)[1]).toMatchObject({ waitedFor: 'acknowledgement' });
  });

  it('takes a late answer where its policy says so', () => {
    const lenient = aRequest({ policy: { ...policy, lateAnswers: 'accept' } });
    const sent = live(submitted(lenient), [T0, turn], [T0 + 5, accept]);
    expect(typesOf(decide(sent, answer, { now: END + 1, lane }))).toEqual(['CommandSucceeded']);
  });

  it('holds for what nobody listened to: put back, it expires instead of being probed after the deadline', () => {
    const back = live(submitted(cached), [T0, turn], [T0 + 5, refuse]);
    expect(back).toMatchObject({ status: 'queued', retryAt: T0 + 10_005 });
    expect(deadlineOf(back)).toBe(END);
    expect(typesOf(decide(back, due, { now: END, lane }))).toEqual(['CommandExpired']);
  });

  it('holds for an immediate command that goes past the queue: one attempt, awaited until the deadline', () => {
    const immediate = aRequest({ mode: 'immediate', lifetimeMs: 0, policy });
    const sending = live(submitted(immediate));
    expect(sending).toMatchObject({ status: 'sending', expiresAt: null, waitUntil: END });
    expect(typesOf(decide(sending, due, { now: END, lane }))).toEqual(['CommandTimedOut']);
  });

  it('holds for an immediate command that joins the queue, whose lifetime the dialect sets to the same', () => {
    const joining = aRequest({
      mode: 'immediate',
      lifetimeMs: WITHIN,
      policy: { ...policy, immediate: 'join' },
    });
    const busy = aLane({ inFlight: COMMAND });
    const accepted = decide({ status: 'none' }, { ...aSignal.submit, request: joining }, { now: T0, lane: busy });
    const queued = fold(eventsOf(accepted));
    expect(typesOf(accepted)).toEqual(['CommandAccepted']);
    expect(deadlineOf(queued)).toBe(END);
    expect(typesOf(decide(queued, due, { now: END, lane }))).toEqual(['CommandExpired']);
  });

  it('still retransmits while there is time', () => {
    const patient = aRequest({ policy: { ...policy, firstWaitMs: 1_000, waitJitter: 0 } });
    const sent = live(submitted(patient), [T0, turn], [T0 + 5, accept]);
    const again = decide(sent, due, { now: T0 + 1_000, lane });
    expect(eventsOf(again)[0]).toMatchObject({ type: 'AttemptStarted', attempt: 2, waitUntil: T0 + 3_000 });
  });
});
