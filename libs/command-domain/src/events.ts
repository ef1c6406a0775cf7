import type { CommandId } from './ids.js';
import type { Json } from './json.js';
import type { CommandRequest } from './request.js';

/**
 * Facts, in the past tense. `at` is database time in ms since 1970. Each carries the version of its own schema: an old
 * event in the log must stay readable for as long as it is kept.
 */
interface Fact<Type extends string> {
  readonly type: Type;
  readonly schema: 1;
  readonly at: number;
}

export interface CommandAccepted extends Fact<'CommandAccepted'> {
  readonly request: CommandRequest;
  readonly expiresAt: number | null;
  readonly lanePosition: number;
}

/** Attempt `attempt` may be published until `waitUntil`, and not after. */
export interface AttemptStarted extends Fact<'AttemptStarted'> {
  readonly attempt: number;
  readonly waitUntil: number;
}

/** The broker took the attempt. */
export interface AttemptSent extends Fact<'AttemptSent'> {
  readonly attempt: number;
  /** The broker had taken an earlier attempt already: a retransmission, which some applications are not told of. */
  readonly again?: true;
}

export type NotSentReason = 'no-subscriber' | 'unavailable' | 'refused';

/** The attempt reached nobody. With `retryAt` the command is back in its queue and is probed again at that instant. */
export interface AttemptNotSent extends Fact<'AttemptNotSent'> {
  readonly attempt: number;
  readonly reason: NotSentReason;
  readonly detail: string | null;
  readonly retryAt: number | null;
}

export interface CommandDelivered extends Fact<'CommandDelivered'> {
  readonly answerBy: number;
}

export interface CommandSucceeded extends Fact<'CommandSucceeded'> {
  readonly result: Json;
}

export interface CommandFailed extends Fact<'CommandFailed'> {
  readonly result: Json;
  readonly code: string | null;
}

export interface CommandTimedOut extends Fact<'CommandTimedOut'> {
  readonly waitedFor: 'acknowledgement' | 'answer';
}

export type CommandExpired = Fact<'CommandExpired'>;

export type CommandCanceled = Fact<'CommandCanceled'>;

export interface CommandSuperseded extends Fact<'CommandSuperseded'> {
  readonly by: CommandId;
}

/** An answer that came when the command was already decided; it changes no status. */
export interface LateAnswerRecorded extends Fact<'LateAnswerRecorded'> {
  readonly answer: 'acknowledged' | 'succeeded' | 'failed';
  readonly result: Json;
  readonly code: string | null;
}

export type AnswerRejectionReason = 'wrong-device' | 'never-sent' | 'unreadable';

export interface AnswerRejected extends Fact<'AnswerRejected'> {
  readonly reason: AnswerRejectionReason;
  readonly detail: string | null;
}

export type CommandEvent =
  | CommandAccepted
  | AttemptStarted
  | AttemptSent
  | AttemptNotSent
  | CommandDelivered
  | CommandSucceeded
  | CommandFailed
  | CommandTimedOut
  | CommandExpired
  | CommandCanceled
  | CommandSuperseded
  | LateAnswerRecorded
  | AnswerRejected;
export type EventType = CommandEvent['type'];
export type EventOf<T extends EventType> = Extract<CommandEvent, { type: T }>;
