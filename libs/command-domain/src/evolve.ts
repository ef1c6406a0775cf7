import type {
  AttemptNotSent,
  AttemptSent,
  AttemptStarted,
  CommandAccepted,
  CommandEvent,
  EventOf,
  EventType,
} from './events.js';
import type { Accepted, AcceptedState, CommandState, FinalState } from './states.js';

type Fold<T extends EventType> = (state: AcceptedState, event: EventOf<T>) => AcceptedState;

const folds: { readonly [T in Exclude<EventType, 'CommandAccepted'>]: Fold<T> } = {
  AttemptStarted: attemptStarted,
  AttemptSent: attemptSent,
  AttemptNotSent: attemptNotSent,
  CommandDelivered: (state, { at, answerBy }) => ({
    ...facts(state),
    status: 'delivered',
    deliveredAt: at,
    waitUntil: answerBy,
  }),
  CommandSucceeded: (state, { at, result }) => ({ ...finished(state, at), status: 'succeeded', result }),
  CommandFailed: (state, { at, result, code }) => ({ ...finished(state, at), status: 'failed', result, code }),
  CommandTimedOut: (state, { at, waitedFor }) => ({ ...finished(state, at), status: 'timed-out', waitedFor }),
  CommandExpired: (state, { at }) => ({ ...finished(state, at), status: 'expired' }),
  CommandCanceled: (state, { at }) => ({ ...finished(state, at), status: 'canceled' }),
  CommandSuperseded: (state, { at, by }) => ({ ...finished(state, at), status: 'superseded', by }),
  LateAnswerRecorded: (state) => ({ ...state, recordedAnswers: state.recordedAnswers + 1 }),
  AnswerRejected: (state) => ({ ...state, recordedAnswers: state.recordedAnswers + 1 }),
};

/**
 * The state after an event. Pure and total over all events of an accepted command.
 * @throws Error when the first event is not CommandAccepted: such a log is damaged, and guessing would hide it.
 */
export function evolve(state: CommandState, event: CommandEvent): AcceptedState {
  if (event.type === 'CommandAccepted') return accepted(event);
  if (state.status === 'none') throw new Error(`a command's history begins with CommandAccepted, not ${event.type}`);
  const apply = folds[event.type] as Fold<typeof event.type>;
  return apply(state, event);
}

/** The state that a history leads to; `none` for an empty one. */
export function fold(events: Iterable<CommandEvent>): CommandState {
  let state: CommandState = { status: 'none' };
  for (const event of events) state = evolve(state, event);
  return state;
}

function accepted({ at, request, expiresAt, lanePosition }: CommandAccepted): AcceptedState {
  return {
    status: 'queued',
    request,
    acceptedAt: at,
    expiresAt,
    lanePosition,
    attempts: 0,
    tries: 0,
    putBacks: 0,
    confirmedAttempt: 0,
    recordedAnswers: 0,
    firstAttemptAt: null,
    lastAttemptAt: null,
    sentAt: null,
    deliveredAt: null,
    finishedAt: null,
    retryAt: null,
  };
}

function attemptStarted(state: AcceptedState, { at, attempt, waitUntil }: AttemptStarted): AcceptedState {
  return {
    ...facts(state),
    status: 'sending',
    attempts: attempt,
    tries: state.tries + 1,
    firstAttemptAt: state.firstAttemptAt ?? at,
    lastAttemptAt: at,
    waitUntil,
  };
}

function attemptSent(state: AcceptedState, { at, attempt }: AttemptSent): AcceptedState {
  const confirmed = { confirmedAttempt: attempt, sentAt: at, putBacks: 0 };
  return state.status === 'sending'
    ? { ...facts(state), ...confirmed, status: 'sent', waitUntil: state.waitUntil }
    : { ...state, ...confirmed };
}

function attemptNotSent(state: AcceptedState, { retryAt }: AttemptNotSent): AcceptedState {
  if (retryAt === null) return state;
  return { ...facts(state), status: 'queued', tries: state.tries - 1, putBacks: state.putBacks + 1, retryAt };
}

/** What all states share, without what belongs to one of them. */
function facts(state: Accepted): Accepted {
  return {
    request: state.request,
    acceptedAt: state.acceptedAt,
    expiresAt: state.expiresAt,
    lanePosition: state.lanePosition,
    attempts: state.attempts,
    tries: state.tries,
    putBacks: state.putBacks,
    confirmedAttempt: state.confirmedAttempt,
    recordedAnswers: state.recordedAnswers,
    firstAttemptAt: state.firstAttemptAt,
    lastAttemptAt: state.lastAttemptAt,
    sentAt: state.sentAt,
    deliveredAt: state.deliveredAt,
    finishedAt: state.finishedAt,
  };
}

function finished(state: FinalState | AcceptedState, at: number): Accepted {
  return { ...facts(state), finishedAt: at };
}
