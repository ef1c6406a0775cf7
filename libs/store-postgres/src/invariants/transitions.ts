import type { EventType, Status } from '@downlink/command-domain';

const ANSWERED_LATE = ['AttemptSent', 'LateAnswerRecorded', 'AnswerRejected'] as const;
const UNTRIED = ['LateAnswerRecorded', 'AnswerRejected'] as const;

/**
 * Which events may follow in which state: the life of a command, written down a second time on purpose, so that the
 * checker does not believe whatever the engine decides.
 */
export const TRANSITIONS: { readonly [S in Status]: readonly EventType[] } = {
  none: ['CommandAccepted'],
  queued: [
    'AttemptStarted',
    'CommandDelivered',
    'CommandSucceeded',
    'CommandFailed',
    'CommandTimedOut',
    'CommandExpired',
    'CommandCanceled',
    'CommandSuperseded',
    'AnswerRejected',
  ],
  sending: [
    'AttemptStarted',
    'AttemptSent',
    'AttemptNotSent',
    'CommandDelivered',
    'CommandSucceeded',
    'CommandFailed',
    'CommandTimedOut',
    'AnswerRejected',
  ],
  sent: [
    'AttemptStarted',
    'CommandDelivered',
    'CommandSucceeded',
    'CommandFailed',
    'CommandTimedOut',
    'AnswerRejected',
  ],
  delivered: ['AttemptSent', 'CommandSucceeded', 'CommandFailed', 'CommandTimedOut', 'AnswerRejected'],
  succeeded: ANSWERED_LATE,
  failed: ANSWERED_LATE,
  'timed-out': [...ANSWERED_LATE, 'CommandSucceeded', 'CommandFailed'],
  expired: UNTRIED,
  canceled: UNTRIED,
  superseded: UNTRIED,
};
