import type { AttemptNotSent } from '../events.js';
import { isExpired } from '../policies/lifetime.js';
import { mayRetransmit, probeAfterMs } from '../policies/retransmission.js';
import type { BrokerRefused, TimeDue } from '../signals.js';
import type { Sending, Sent } from '../states.js';
import { acknowledge, settle, isFromOwnDevice, rejectAnswer } from './answers.js';
import { startAttempt } from './attempts.js';
import { happened, rejected, type Decision, type Handlers } from './decision.js';
import { cancel, supersede } from './withdrawal.js';

const common = {
  submit: () => rejected({ code: 'already-accepted' }),
  cancel,
  supersede,
} as const;

/** An attempt has started and the broker has not confirmed it. The device may be quicker than the broker's word. */
export const sending: Handlers<'sending'> = {
  ...common,
  turn: () => rejected({ code: 'not-its-turn', status: 'sending' }),
  'broker-accepted': (state, { attempt }, { now }) =>
    attempt === state.attempts
      ? happened({
          type: 'AttemptSent',
          schema: 1,
          at: now,
          attempt,
          ...(state.confirmedAttempt > 0 && { again: true }),
        })
      : rejected({ code: 'stale-attempt', current: state.attempts }),
  'broker-refused': (state, signal, { now }) =>
    signal.attempt === state.attempts
      ? happened(notSent(state, signal, now))
      : rejected({ code: 'stale-attempt', current: state.attempts }),
  'device-acknowledged': (state, signal, { now }) => confirmedBy(acknowledge(state, signal, now), state, now),
  'device-answered': (state, signal, { now }) => confirmedBy(settle(state, signal, now), state, now),
  'time-due': (state, signal, { now, claimedAttempt }) =>
    claimedAttempt !== undefined && claimedAttempt < state.attempts && state.request.mode === 'cached'
      ? neverPublished(state, now)
      : resendOrGiveUp(state, signal, now),
};

/** The broker took the attempt; the device has not spoken. */
export const sent: Handlers<'sent'> = {
  ...common,
  turn: () => rejected({ code: 'not-its-turn', status: 'sent' }),
  'broker-accepted': (state, { attempt }) =>
    rejected(
      attempt === state.attempts ? { code: 'already-confirmed' } : { code: 'stale-attempt', current: state.attempts },
    ),
  'broker-refused': () => rejected({ code: 'already-confirmed' }),
  'device-acknowledged': (state, signal, { now }) => acknowledge(state, signal, now),
  'device-answered': (state, signal, { now }) => settle(state, signal, now),
  'time-due': (state, signal, { now }) => resendOrGiveUp(state, signal, now),
};

/** The device acknowledged; its answer is awaited, and no attempt starts any more. */
export const delivered: Handlers<'delivered'> = {
  ...common,
  turn: () => rejected({ code: 'not-its-turn', status: 'delivered' }),
  'broker-accepted': (state, { attempt }, { now }) =>
    attempt === state.attempts && state.confirmedAttempt < attempt
      ? happened({ type: 'AttemptSent', schema: 1, at: now, attempt })
      : rejected({ code: 'already-confirmed' }),
  'broker-refused': () => rejected({ code: 'already-acknowledged' }),
  'device-acknowledged': (state, signal, { now }) =>
    isFromOwnDevice(state, signal)
      ? rejected({ code: 'already-acknowledged' })
      : rejectAnswer(state, 'wrong-device', signal.deviceId, now),
  'device-answered': (state, signal, { now }) => settle(state, signal, now),
  'time-due': (state, _signal, { now }) =>
    now < state.waitUntil
      ? rejected({ code: 'not-due' })
      : happened({ type: 'CommandTimedOut', schema: 1, at: now, waitedFor: 'answer' }),
};

/**
 * The device's word, when it overtakes the broker's: with two dispatchers one hears the answer and another the PUBACK, and
 * either may be first. Where no other attempt can have reached the device its word proves that the broker took this one, so
 * both facts are recorded and an application hears of "sent" before the answer, whoever won the race.
 */
function confirmedBy(decision: Decision, { attempts, tries, confirmedAttempt }: Sending, now: number): Decision {
  if (decision.kind === 'rejected' || decision.events.some(({ type }) => type === 'AnswerRejected')) return decision;
  if (confirmedAttempt > 0 || tries > 1) return decision;
  return happened({ type: 'AttemptSent', schema: 1, at: now, attempt: attempts }, ...decision.events);
}

/**
 * A cached command that surely reached nobody goes back to its queue and the try is not counted. An immediate one has
 * no queue: it stays under way until its deadline, as Huawei has it ("the command times out in the end").
 */
function notSent(state: Sending, signal: BrokerRefused, now: number): AttemptNotSent {
  const { attempt, reason, detail } = signal;
  const goesBack = reason !== 'refused' && state.request.mode === 'cached' && !isExpired(state, now);
  const retryAt = goesBack ? now + probeAfterMs(reason, state.putBacks) : null;
  return { type: 'AttemptNotSent', schema: 1, at: now, attempt, reason, detail, retryAt };
}

/**
 * The attempt's time has passed and no dispatcher has claimed it: they or the bus were away, and nobody was asked anything. The
 * command goes back to its queue and the try is not counted. Where its lifetime has ended meanwhile it expires, unless an
 * earlier attempt may have reached the device. Immediate commands have no queue: see `notSent`.
 */
function neverPublished(state: Sending, now: number): Decision {
  if (now < state.waitUntil) return rejected({ code: 'not-due' });
  const expired = isExpired(state, now);
  if (expired && state.tries > 1)
    return happened({ type: 'CommandTimedOut', schema: 1, at: now, waitedFor: 'acknowledgement' });
  const back: AttemptNotSent = {
    type: 'AttemptNotSent',
    schema: 1,
    at: now,
    attempt: state.attempts,
    reason: 'unavailable',
    detail: 'no dispatcher took the attempt before its deadline',
    retryAt: expired ? now : now + probeAfterMs('unavailable', state.putBacks),
  };
  return expired ? happened(back, { type: 'CommandExpired', schema: 1, at: now }) : happened(back);
}

function resendOrGiveUp(state: Sending | Sent, { commandId }: TimeDue, now: number): Decision {
  if (now < state.waitUntil) return rejected({ code: 'not-due' });
  if (mayRetransmit(state, now)) {
    return happened(startAttempt(commandId, state, state.attempts + 1, now));
  }
  return happened({ type: 'CommandTimedOut', schema: 1, at: now, waitedFor: 'acknowledgement' });
}
