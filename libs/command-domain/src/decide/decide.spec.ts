import { describe, expect, it } from '@jest/globals';
import type { EventType } from '../events.js';
import { evolve } from '../evolve.js';
import type { RejectionCode } from '../rejections.js';
import type { CommandSignal, SignalKind } from '../signals.js';
import { aLane, aPolicy, aRequest, aSignal, aState, historyOf, T0 } from '../specimens/index.js';
import { isFinal, type CommandState, type Status } from '../states.js';
import type { Decision } from './decision.js';
import { decide } from './index.js';

type Expected = { events: EventType[] } | { rejection: RejectionCode };
const events = (...types: EventType[]): Expected => ({ events: types });
const no = (rejection: RejectionCode): Expected => ({ rejection });
const unknown = no('unknown-command');

const everythingUnknown = {
  cancel: unknown,
  supersede: unknown,
  turn: unknown,
  'broker-accepted': unknown,
  'broker-refused': unknown,
  'device-acknowledged': unknown,
  'device-answered': unknown,
  'time-due': unknown,
};
const over = {
  submit: no('already-accepted'),
  cancel: no('not-cancelable'),
  supersede: no('not-cancelable'),
  turn: no('not-its-turn'),
  'broker-accepted': no('already-final'),
  'broker-refused': no('already-final'),
  'time-due': no('already-final'),
};

/** Every (state, signal) pair, long after any deadline. The compiler refuses a missing one. */
const table: { [S in Status]: { [K in SignalKind]: Expected } } = {
  none: { submit: events('CommandAccepted'), ...everythingUnknown },
  queued: {
    submit: no('already-accepted'),
    cancel: events('CommandCanceled'),
    supersede: events('CommandSuperseded'),
    turn: events('CommandExpired'),
    'broker-accepted': no('stale-attempt'),
    'broker-refused': no('stale-attempt'),
    'device-acknowledged': events('AnswerRejected'),
    'device-answered': events('AnswerRejected'),
    'time-due': events('CommandExpired'),
  },
  sending: {
    submit: no('already-accepted'),
    cancel: no('not-cancelable'),
    supersede: no('not-cancelable'),
    turn: no('not-its-turn'),
    'broker-accepted': events('AttemptSent'),
    'broker-refused': events('AttemptNotSent'),
    'device-acknowledged': events('AttemptSent', 'CommandDelivered'),
    'device-answered': events('AttemptSent', 'CommandSucceeded'),
    'time-due': events('CommandTimedOut'),
  },
  sent: {
    submit: no('already-accepted'),
    cancel: no('not-cancelable'),
    supersede: no('not-cancelable'),
    turn: no('not-its-turn'),
    'broker-accepted': no('already-confirmed'),
    'broker-refused': no('already-confirmed'),
    'device-acknowledged': events('CommandDelivered'),
    'device-answered': events('CommandSucceeded'),
    'time-due': events('CommandTimedOut'),
  },
  delivered: {
    submit: no('already-accepted'),
    cancel: no('not-cancelable'),
    supersede: no('not-cancelable'),
    turn: no('not-its-turn'),
    'broker-accepted': no('already-confirmed'),
    'broker-refused': no('already-acknowledged'),
    'device-acknowledged': no('already-acknowledged'),
    'device-answered': events('CommandSucceeded'),
    'time-due': events('CommandTimedOut'),
  },
  succeeded: {
    ...over,
    'device-acknowledged': events('LateAnswerRecorded'),
    'device-answered': events('LateAnswerRecorded'),
  },
  failed: {
    ...over,
    'device-acknowledged': events('LateAnswerRecorded'),
    'device-answered': events('LateAnswerRecorded'),
  },
  'timed-out': {
    ...over,
    'device-acknowledged': events('LateAnswerRecorded'),
    'device-answered': events('LateAnswerRecorded'),
  },
  expired: { ...over, 'device-acknowledged': events('AnswerRejected'), 'device-answered': events('AnswerRejected') },
  canceled: { ...over, 'device-acknowledged': events('AnswerRejected'), 'device-answered': events('AnswerRejected') },
  superseded: { ...over, 'device-acknowledged': events('AnswerRejected'), 'device-answered': events('AnswerRejected') },
};

const LONG_AFTER = T0 + 10 ** 9;
const lane = aLane();

function outcome(decision: Decision): Expected {
  return decision.kind === 'events'
    ? { events: decision.events.map(({ type }) => type) }
    : { rejection: decision.rejection.code };
}

describe('decide, for every pair of state and signal', () => {
  for (const status of Object.keys(table) as Status[]) {
    for (const kind of Object.keys(table[status]) as SignalKind[]) {
      const expected = table[status][kind];
      it(`given ${status}, when ${kind}, then ${'events' in expected ? expected.events.join(', ') : expected.rejection}`, () => {
        const decision = decide(aState(status), aSignal[kind], { now: LONG_AFTER, lane });
        expect(outcome(decision)).toEqual(expected);
      });
    }
  }

  it('gives the same decision for the same input', () => {
    for (const status of Object.keys(table) as Status[]) {
      for (const signal of Object.values(aSignal) as CommandSignal[]) {
        const around = { now: LONG_AFTER, lane };
        expect(decide(aState(status), signal, around)).toEqual(decide(aState(status), signal, around));
      }
    }
  });

  it('never leaves a final state, except to accept a late answer where the policy says so', () => {
    for (const status of Object.keys(table) as Status[]) {
      const before = aState(status) as CommandState;
      if (!isFinal(before)) continue;
      for (const signal of Object.values(aSignal) as CommandSignal[]) {
        const decision = decide(before, signal, { now: LONG_AFTER, lane });
        const after = decision.kind === 'events' ? decision.events.reduce(evolve, before) : before;
        expect(after.status).toBe(status);
      }
    }
  });
});

/** Given a history, when a signal comes `afterMs` after it, then … */
function given(status: Status, request = aRequest()) {
  return {
    when: (signal: CommandSignal, afterMs = 0, laneOver = {}) =>
      decide(aState(status, request), signal, { now: T0 + afterMs, lane: aLane(laneOver) }),
  };
}

describe('submitting', () => {
  it('starts the first attempt of an immediate command at once, past the queue', () => {
    const request = aRequest({ mode: 'immediate', lifetimeMs: 0 });
    const decision = given('none').when({ ...aSignal.submit, request }, 0, { queued: 20, inFlight: 'x' });
    expect(outcome(decision)).toEqual(events('CommandAccepted', 'AttemptStarted'));
  });

  it('refuses the command that would exceed the lane’s cap', () => {
    expect(given('none').when(aSignal.submit, 0, { queued: 19 }).kind).toBe('events');
    expect(given('none').when(aSignal.submit, 0, { queued: 20 })).toEqual({
      kind: 'rejected',
      rejection: { code: 'lane-full', cap: 20 },
    });
  });

  it('refuses an immediate command that would have to queue for a device known to be away', () => {
    const request = aRequest({ mode: 'immediate', lifetimeMs: 30_000, policy: aPolicy({ immediate: 'join' }) });
    const decision = given('none').when({ ...aSignal.submit, request }, 0, { unreachableSince: T0 });
    expect(outcome(decision)).toEqual(no('device-unreachable'));
  });

  it('refuses an immediate command past the queue only where it asks for that, and only while the device is known to be away', () => {
    const policy = aPolicy({ immediate: 'bypass', refuseUnreachable: true });
    const request = aRequest({ mode: 'immediate', lifetimeMs: 0, policy });
    const patient = aRequest({ mode: 'immediate', lifetimeMs: 0 });
    const taken = events('CommandAccepted', 'AttemptStarted');
    const submitted = (asked: typeof request, presence: object) =>
      outcome(given('none').when({ ...aSignal.submit, request: asked }, 0, presence));
    expect(submitted(request, { unreachableSince: T0 })).toEqual(no('device-unreachable'));
    expect(submitted(request, { reachableUntil: T0 - 1 })).toEqual(taken);
    expect(submitted(patient, { unreachableSince: T0 })).toEqual(taken);
  });

  it('takes the lane position that is next', () => {
    const decision = given('none').when(aSignal.submit, 0, { nextPosition: 42 });
    expect(decision).toMatchObject({ events: [{ lanePosition: 42, expiresAt: T0 + 172_800_000 }] });
  });
});

describe('deadlines', () => {
  it('fires none early', () => {
    expect(outcome(given('queued').when(aSignal['time-due'], 172_799_999))).toEqual(no('not-due'));
    expect(outcome(given('sent').when(aSignal['time-due'], 11_999))).toEqual(no('not-due'));
    expect(outcome(given('delivered').when(aSignal['time-due'], 179_999))).toEqual(no('not-due'));
  });

  it('retransmits while tries are left, and gives up afterwards', () => {
    expect(given('sent').when(aSignal['time-due'], 12_000)).toMatchObject({
      events: [{ type: 'AttemptStarted', attempt: 2 }],
    });
    const once = aRequest({ policy: aPolicy({ maxRetransmit: 0 }) });
    expect(outcome(given('sent', once).when(aSignal['time-due'], 12_000))).toEqual(events('CommandTimedOut'));
  });

  it('starts no attempt after the lifetime has ended', () => {
    const short = aRequest({ lifetimeMs: 12_000 });
    expect(outcome(given('sent', short).when(aSignal['time-due'], 12_000))).toEqual(events('CommandTimedOut'));
    expect(outcome(given('queued', short).when(aSignal.turn, 12_000))).toEqual(events('CommandExpired'));
  });
});

describe('an attempt that reached nobody', () => {
  it('puts a cached command back without counting the try', () => {
    const decision = given('sending').when(aSignal['broker-refused'], 5);
    expect(decision).toMatchObject({ events: [{ type: 'AttemptNotSent', retryAt: T0 + 5 + 10_000 }] });
    const after =
      decision.kind === 'events' ? decision.events.reduce(evolve, aState('sending') as CommandState) : undefined;
    expect(after).toMatchObject({ status: 'queued', attempts: 1, tries: 0, putBacks: 1 });
  });

  it('leaves an immediate command under way until its deadline', () => {
    const immediate = aRequest({ mode: 'immediate', lifetimeMs: 0 });
    const decision = given('sending', immediate).when(aSignal['broker-refused']);
    expect(decision).toMatchObject({ events: [{ type: 'AttemptNotSent', retryAt: null }] });
  });

  it('ignores what the broker says of an attempt that is no longer the current one', () => {
    expect(outcome(given('sending').when({ ...aSignal['broker-accepted'], attempt: 9 }))).toEqual(no('stale-attempt'));
    expect(outcome(given('sending').when({ ...aSignal['broker-refused'], attempt: 9 }))).toEqual(no('stale-attempt'));
  });
});

describe('a signal under the lane of another device', () => {
  it('knows no such command, in every state, unless it is an answer', () => {
    for (const status of Object.keys(historyOf) as Status[]) {
      for (const kind of ['cancel', 'supersede', 'turn', 'broker-accepted', 'broker-refused', 'time-due'] as const) {
        const foreign = { ...aSignal[kind], deviceId: 'device-2' } as CommandSignal;
        expect(outcome(given(status).when(foreign))).toEqual(unknown);
      }
    }
  });
});

describe('answers', () => {
  const stranger = { ...aSignal['device-answered'], deviceId: 'device-2' };

  it('of a foreign device are recorded and change nothing, in every state', () => {
    for (const status of Object.keys(historyOf) as Status[]) {
      if (status === 'none') continue;
      const decision = given(status).when(stranger);
      expect(decision).toMatchObject({
        events: [{ type: 'AnswerRejected', reason: 'wrong-device', detail: 'device-2' }],
      });
    }
  });

  it('that overtake the broker’s confirmation prove it', () => {
    const early = given('sending').when(aSignal['device-answered']);
    const state =
      early.kind === 'events' ? early.events.reduce(evolve, aState('sending') as CommandState) : aState('none');
    expect(state).toMatchObject({ status: 'succeeded', confirmedAttempt: 1, sentAt: T0 });
    expect(outcome(decide(state, aSignal['broker-accepted'], { now: T0, lane }))).toEqual(no('already-final'));
  });

  it('that may belong to an earlier attempt prove nothing about the one under way, whose confirmation is still taken', () => {
    const resent = { ...aState('sending'), attempts: 2, tries: 2 } as CommandState;
    const early = decide(resent, aSignal['device-answered'], { now: T0, lane });
    expect(outcome(early)).toEqual(events('CommandSucceeded'));
    const state = early.kind === 'events' ? early.events.reduce(evolve, resent) : resent;
    const confirmation = decide(state, { ...aSignal['broker-accepted'], attempt: 2 }, { now: T0, lane });
    expect(outcome(confirmation)).toEqual(events('AttemptSent'));
  });

  it('after the time-out decide the command only where the policy accepts them', () => {
    const accepting = aRequest({ policy: aPolicy({ lateAnswers: 'accept' }) });
    expect(outcome(given('timed-out', accepting).when(aSignal['device-answered']))).toEqual(events('CommandSucceeded'));
    expect(outcome(given('timed-out').when(aSignal['device-answered']))).toEqual(events('LateAnswerRecorded'));
  });

  it('that cannot be read are recorded and leave the command waiting', () => {
    const signal = { ...aSignal['device-answered'], answer: { outcome: 'unreadable', detail: 'not JSON' } as const };
    expect(given('sent').when(signal)).toMatchObject({ events: [{ type: 'AnswerRejected', reason: 'unreadable' }] });
  });

  it('of a device that never stops are recorded ten times and no more', () => {
    let state: CommandState = aState('succeeded');
    for (let i = 0; i < 10; i++) {
      const decision = decide(state, aSignal['device-answered'], { now: T0, lane });
      state = decision.kind === 'events' ? decision.events.reduce(evolve, state) : state;
    }
    expect(outcome(decide(state, aSignal['device-answered'], { now: T0, lane }))).toEqual(no('too-many-answers'));
  });
});
