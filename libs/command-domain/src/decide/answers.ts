import type { AnswerRejected, AnswerRejectionReason, CommandEvent, LateAnswerRecorded } from '../events.js';
import { isFinishOverdue, noLaterThanFinish } from '../policies/finish-by.js';
import { acceptsLateAnswer, mayRecordAnswer } from '../policies/late-answers.js';
import type { DeviceAcknowledged, DeviceAnswer, DeviceAnswered } from '../signals.js';
import type { Accepted } from '../states.js';
import { happened, rejected, type Decision } from './decision.js';

type FromDevice = DeviceAcknowledged | DeviceAnswered;

/** The event of a readable answer that decides the command. */
export function answerEvent(answer: Exclude<DeviceAnswer, { outcome: 'unreadable' }>, now: number): CommandEvent {
  return answer.outcome === 'succeeded'
    ? { type: 'CommandSucceeded', schema: 1, at: now, result: answer.result }
    : { type: 'CommandFailed', schema: 1, at: now, result: answer.result, code: answer.code };
}

/** Records an answer that may not count, or says that enough of them were recorded. */
export function rejectAnswer(
  state: Accepted,
  reason: AnswerRejectionReason,
  detail: string | null,
  now: number,
): Decision {
  const event: AnswerRejected = { type: 'AnswerRejected', schema: 1, at: now, reason, detail };
  return recordBounded(state, event);
}

/** Records an answer that came too late to change anything. */
export function recordLate(state: Accepted, signal: FromDevice, now: number): Decision {
  const fact = { type: 'LateAnswerRecorded', schema: 1, at: now } as const;
  if (signal.kind === 'device-acknowledged') {
    return recordBounded(state, { ...fact, answer: 'acknowledged', result: null, code: null });
  }
  const { answer } = signal;
  if (answer.outcome === 'unreadable') return rejectAnswer(state, 'unreadable', answer.detail, now);
  const code = answer.outcome === 'failed' ? answer.code : null;
  return recordBounded(state, { ...fact, answer: answer.outcome, result: answer.result, code });
}

/** Only the device that a command is for may answer it, whoever knows its id. */
export function isFromOwnDevice(state: Accepted, signal: FromDevice): boolean {
  return state.request.deviceId === signal.deviceId;
}

/** An acknowledgement or answer while the command is under way. */
export function acknowledge(state: Accepted, signal: DeviceAcknowledged, now: number): Decision {
  if (!isFromOwnDevice(state, signal)) return rejectAnswer(state, 'wrong-device', signal.deviceId, now);
  if (cameAfterFinish(state, now)) return timeOutAndRecord(state, signal, now);
  const answerBy = noLaterThanFinish(state, now + state.request.policy.answerWithinMs);
  return happened({ type: 'CommandDelivered', schema: 1, at: now, answerBy });
}

export function settle(state: Accepted, signal: DeviceAnswered, now: number): Decision {
  if (!isFromOwnDevice(state, signal)) return rejectAnswer(state, 'wrong-device', signal.deviceId, now);
  if (signal.answer.outcome === 'unreadable') return rejectAnswer(state, 'unreadable', signal.answer.detail, now);
  if (cameAfterFinish(state, now)) return timeOutAndRecord(state, signal, now);
  return happened(answerEvent(signal.answer, now));
}

/**
 * Behind the one deadline an answer is late even before the scheduler has come by: the caller has been told, and what he was
 * told must not change because of who was quicker by a few milliseconds.
 */
function cameAfterFinish(state: Accepted, now: number): boolean {
  return isFinishOverdue(state, now) && !acceptsLateAnswer(state);
}

function timeOutAndRecord(state: Accepted, signal: FromDevice, now: number): Decision {
  const waitedFor = state.deliveredAt === null ? 'acknowledgement' : 'answer';
  const late = recordLate(state, signal, now);
  const timedOut = { type: 'CommandTimedOut', schema: 1, at: now, waitedFor } as const;
  return happened(timedOut, ...(late.kind === 'events' ? late.events : []));
}

function recordBounded(state: Accepted, event: LateAnswerRecorded | AnswerRejected): Decision {
  return mayRecordAnswer(state) ? happened(event) : rejected({ code: 'too-many-answers' });
}
