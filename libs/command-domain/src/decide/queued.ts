import { diesWithPresence, isExpired } from '../policies/lifetime.js';
import { mayRetransmit } from '../policies/retransmission.js';
import type { CommandId } from '../ids.js';
import type { DeviceAcknowledged, DeviceAnswered } from '../signals.js';
import type { Queued } from '../states.js';
import { acknowledge, settle, isFromOwnDevice, rejectAnswer } from './answers.js';
import { startAttempt } from './attempts.js';
import { happened, rejected, type Decision, type Handlers, type Surroundings } from './decision.js';
import { cancel, supersede } from './withdrawal.js';

/** Waiting for its turn. Attempts that were put back may still have reached the device: it may answer. */
export const queued: Handlers<'queued'> = {
  submit: () => rejected({ code: 'already-accepted' }),
  cancel,
  supersede,
  turn: (state, { commandId }, around) => start(state, commandId, around),
  'broker-accepted': (state) => rejected({ code: 'stale-attempt', current: state.attempts }),
  'broker-refused': (state) => rejected({ code: 'stale-attempt', current: state.attempts }),
  'device-acknowledged': (state, signal, { now }) => neverSent(state, signal, now) ?? acknowledge(state, signal, now),
  'device-answered': (state, signal, { now }) => neverSent(state, signal, now) ?? settle(state, signal, now),
  'time-due': (state, { commandId }, around) => {
    if (isExpired(state, around.now) || diesWithPresence(state, around.lane))
      return happened({ type: 'CommandExpired', schema: 1, at: around.now });
    if (state.retryAt === null || around.now < state.retryAt) return rejected({ code: 'not-due' });
    return start(state, commandId, around);
  },
};

/** A probe after a put-back goes out even to a device believed away: that is what makes it a probe. */
function start(state: Queued, commandId: CommandId, { now, lane }: Surroundings): Decision {
  if (isExpired(state, now)) return happened({ type: 'CommandExpired', schema: 1, at: now });
  if (lane.inFlight !== null || lane.blockedBy !== null) return rejected({ code: 'not-its-turn', status: 'queued' });
  if (!mayRetransmit(state, now))
    return happened({ type: 'CommandTimedOut', schema: 1, at: now, waitedFor: 'acknowledgement' });
  return happened(startAttempt(commandId, state, state.attempts + 1, now));
}

/** The device answers a command that never left: it cannot have it from us. */
function neverSent(state: Queued, signal: DeviceAcknowledged | DeviceAnswered, now: number): Decision | undefined {
  if (state.attempts > 0 || !isFromOwnDevice(state, signal)) return undefined;
  return rejectAnswer(state, 'never-sent', signal.deviceId, now);
}
