import { acceptsLateAnswer } from '../policies/late-answers.js';
import type { BrokerAccepted, DeviceAcknowledged, DeviceAnswered } from '../signals.js';
import type { FinalState, TimedOut } from '../states.js';
import { settle, isFromOwnDevice, recordLate, rejectAnswer } from './answers.js';
import { happened, rejected, type Decision, type Handlers } from './decision.js';
import { cancel, supersede } from './withdrawal.js';

/** Answered: what still comes is recorded and changes nothing. */
export const succeeded = answered<'succeeded'>();
export const failed = answered<'failed'>();

/** Given up. By the policy an answer is recorded, or it still decides the command. */
export const timedOut: Handlers<'timed-out'> = {
  ...closed<'timed-out'>(),
  'broker-accepted': confirmedLate,
  'device-acknowledged': late,
  'device-answered': (state: TimedOut, signal, { now }) =>
    acceptsLateAnswer(state) && signal.answer.outcome !== 'unreadable'
      ? settle(state, signal, now)
      : late(state, signal, { now }),
};

/** Never reached a device: whoever answers cannot have got it from us. */
export const expired = untried<'expired'>();
export const canceled = untried<'canceled'>();
export const superseded = untried<'superseded'>();

type FinalStatus = FinalState['status'];

function closed<S extends FinalStatus>() {
  const over = (state: FinalState): Decision => rejected({ code: 'already-final', status: state.status });
  const handlers = {
    submit: () => rejected({ code: 'already-accepted' }),
    cancel,
    supersede,
    turn: (state: FinalState) => rejected({ code: 'not-its-turn', status: state.status }),
    'broker-accepted': over,
    'broker-refused': over,
    'time-due': over,
  } as const;
  return handlers satisfies Partial<Handlers<S>>;
}

function answered<S extends 'succeeded' | 'failed'>(): Handlers<S> {
  const handlers = {
    ...closed<S>(),
    'broker-accepted': confirmedLate,
    'device-acknowledged': late,
    'device-answered': late,
  };
  return handlers;
}

function untried<S extends 'expired' | 'canceled' | 'superseded'>(): Handlers<S> {
  const refuse = (
    state: FinalState,
    signal: DeviceAcknowledged | DeviceAnswered,
    { now }: { now: number },
  ): Decision => {
    if (!isFromOwnDevice(state, signal)) return rejectAnswer(state, 'wrong-device', signal.deviceId, now);
    return state.attempts === 0
      ? rejectAnswer(state, 'never-sent', signal.deviceId, now)
      : recordLate(state, signal, now);
  };
  return { ...closed<S>(), 'device-acknowledged': refuse, 'device-answered': refuse };
}

/** The answer overtook the broker's confirmation: the history is completed, the status stays. */
function confirmedLate(state: FinalState, { attempt }: BrokerAccepted, { now }: { now: number }): Decision {
  return attempt === state.attempts && state.confirmedAttempt < attempt
    ? happened({ type: 'AttemptSent', schema: 1, at: now, attempt })
    : rejected({ code: 'already-final', status: state.status });
}

function late(state: FinalState, signal: DeviceAcknowledged | DeviceAnswered, { now }: { now: number }): Decision {
  if (!isFromOwnDevice(state, signal)) return rejectAnswer(state, 'wrong-device', signal.deviceId, now);
  return recordLate(state, signal, now);
}
