import { evolve } from '../evolve.js';
import type { CommandEvent } from '../events.js';
import { makeCommandId, type CommandId } from '../ids.js';
import { newLane, type Lane } from '../lane.js';
import type { CommandRequest, DeliveryPolicy } from '../request.js';
import type { SignalKind, SignalOf } from '../signals.js';
import type { AcceptedState, CommandState, StateOf, Status } from '../states.js';

/** One well-formed example of everything, for specs of this room and of others: only the interesting field is named. */
export const T0 = 1_800_000_000_000;
export const COMMAND: CommandId = makeCommandId(T0, 1, 0);
export const OTHER: CommandId = makeCommandId(T0, 1, 1);

export function aPolicy(over: Partial<DeliveryPolicy> = {}): DeliveryPolicy {
  return {
    maxRetransmit: 3,
    firstWaitMs: 10_000,
    waitJitter: 0.5,
    answerWithinMs: 180_000,
    lateAnswers: 'record',
    laneCap: 20,
    immediate: 'bypass',
    ...over,
  };
}

export function aRequest(over: Partial<CommandRequest> = {}): CommandRequest {
  return {
    applicationId: 'app-1',
    deviceId: 'device-1',
    dialect: 'native',
    wireFormat: 'native',
    service: 'switch',
    method: 'turn',
    parameters: { on: true },
    mode: 'cached',
    lifetimeMs: 172_800_000,
    policy: aPolicy(),
    ...over,
  };
}

export function aLane(over: Partial<Lane> = {}): Lane {
  return { ...newLane('device-1'), ...over };
}

const fact = { schema: 1, at: T0 } as const;

/** One event of each type. */
export const anEvent = {
  CommandAccepted: {
    ...fact,
    type: 'CommandAccepted',
    request: aRequest(),
    expiresAt: T0 + 172_800_000,
    lanePosition: 1,
  },
  AttemptStarted: { ...fact, type: 'AttemptStarted', attempt: 1, waitUntil: T0 + 12_000 },
  AttemptSent: { ...fact, type: 'AttemptSent', attempt: 1 },
  AttemptNotSent: {
    ...fact,
    type: 'AttemptNotSent',
    attempt: 1,
    reason: 'no-subscriber',
    detail: null,
    retryAt: T0 + 10_000,
  },
  CommandDelivered: { ...fact, type: 'CommandDelivered', answerBy: T0 + 180_000 },
  CommandSucceeded: { ...fact, type: 'CommandSucceeded', result: { on: true } },
  CommandFailed: { ...fact, type: 'CommandFailed', result: null, code: '7' },
  CommandTimedOut: { ...fact, type: 'CommandTimedOut', waitedFor: 'acknowledgement' },
  CommandExpired: { ...fact, type: 'CommandExpired' },
  CommandCanceled: { ...fact, type: 'CommandCanceled' },
  CommandSuperseded: { ...fact, type: 'CommandSuperseded', by: OTHER },
  LateAnswerRecorded: { ...fact, type: 'LateAnswerRecorded', answer: 'succeeded', result: { on: true }, code: null },
  AnswerRejected: { ...fact, type: 'AnswerRejected', reason: 'wrong-device', detail: 'device-2' },
} as const satisfies { [T in CommandEvent['type']]: Extract<CommandEvent, { type: T }> };

const e = anEvent;

/** The shortest history that leads to each state. */
export const historyOf: { readonly [S in Status]: readonly CommandEvent[] } = {
  none: [],
  queued: [e.CommandAccepted],
  sending: [e.CommandAccepted, e.AttemptStarted],
  sent: [e.CommandAccepted, e.AttemptStarted, e.AttemptSent],
  delivered: [e.CommandAccepted, e.AttemptStarted, e.AttemptSent, e.CommandDelivered],
  succeeded: [e.CommandAccepted, e.AttemptStarted, e.AttemptSent, e.CommandSucceeded],
  failed: [e.CommandAccepted, e.AttemptStarted, e.AttemptSent, e.CommandFailed],
  'timed-out': [e.CommandAccepted, e.AttemptStarted, e.AttemptSent, e.CommandTimedOut],
  expired: [e.CommandAccepted, e.CommandExpired],
  canceled: [e.CommandAccepted, e.CommandCanceled],
  superseded: [e.CommandAccepted, e.CommandSuperseded],
};

export function aState<S extends Status>(status: S, request: CommandRequest = aRequest()): StateOf<S> {
  let state: CommandState = { status: 'none' };
  for (const event of historyOf[status]) {
    state = evolve(state, event.type === 'CommandAccepted' ? accepted(event, request) : event);
  }
  return state as StateOf<S>;
}

function accepted(event: CommandEvent & { type: 'CommandAccepted' }, request: CommandRequest): CommandEvent {
  return { ...event, request, expiresAt: request.mode === 'immediate' ? null : event.at + request.lifetimeMs };
}

const about = { commandId: COMMAND, deviceId: 'device-1' } as const;

/** One signal of each kind. */
export const aSignal: { readonly [K in SignalKind]: SignalOf<K> } = {
  submit: { ...about, kind: 'submit', request: aRequest() },
  cancel: { ...about, kind: 'cancel' },
  supersede: { ...about, kind: 'supersede', by: OTHER },
  turn: { ...about, kind: 'turn' },
  'broker-accepted': { ...about, kind: 'broker-accepted', attempt: 1 },
  'broker-refused': { ...about, kind: 'broker-refused', attempt: 1, reason: 'no-subscriber', detail: null },
  'device-acknowledged': { ...about, kind: 'device-acknowledged' },
  'device-answered': { ...about, kind: 'device-answered', answer: { outcome: 'succeeded', result: { on: true } } },
  'time-due': { ...about, kind: 'time-due' },
};

export const ACCEPTED_STATUSES = Object.keys(historyOf).filter(
  (status) => status !== 'none',
) as AcceptedState['status'][];
