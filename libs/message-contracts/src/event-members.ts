import type { CommandEvent, EventOf, EventType } from '@downlink/command-domain';
import { checkMembers, type MembersOf } from './check-members.js';
import { isInteger, isJson, isMembers, isMissingOr, isNameOf, isNullOr, isText, isTrue } from './checks.js';
import { isCommandId } from './command-id.js';
import { checkRequest } from './request-members.js';
import { UnreadableMessage } from './unreadable-message.js';

type Own<T extends EventType> = MembersOf<Omit<EventOf<T>, 'type' | 'schema' | 'at'>>;

const isNotSentReason = isNameOf({
  'no-subscriber': true,
  unavailable: true,
  refused: true,
} satisfies Record<EventOf<'AttemptNotSent'>['reason'], true>);
const isWaitedFor = isNameOf({ acknowledgement: true, answer: true } satisfies Record<
  EventOf<'CommandTimedOut'>['waitedFor'],
  true
>);
const isLateAnswer = isNameOf({ acknowledged: true, succeeded: true, failed: true } satisfies Record<
  EventOf<'LateAnswerRecorded'>['answer'],
  true
>);
const isAnswerRejection = isNameOf({
  'wrong-device': true,
  'never-sent': true,
  unreadable: true,
} satisfies Record<EventOf<'AnswerRejected'>['reason'], true>);

const MEMBERS: { readonly [T in EventType]: Own<T> } = {
  CommandAccepted: { request: isMembers, expiresAt: isNullOr(isInteger), lanePosition: isInteger },
  AttemptStarted: { attempt: isInteger, waitUntil: isInteger },
  AttemptSent: { attempt: isInteger, again: isMissingOr(isTrue) },
  AttemptNotSent: {
    attempt: isInteger,
    reason: isNotSentReason,
    detail: isNullOr(isText),
    retryAt: isNullOr(isInteger),
  },
  CommandDelivered: { answerBy: isInteger },
  CommandSucceeded: { result: isJson },
  CommandFailed: { result: isJson, code: isNullOr(isText) },
  CommandTimedOut: { waitedFor: isWaitedFor },
  CommandExpired: {},
  CommandCanceled: {},
  CommandSuperseded: { by: isCommandId },
  LateAnswerRecorded: { answer: isLateAnswer, result: isJson, code: isNullOr(isText) },
  AnswerRejected: { reason: isAnswerRejection, detail: isNullOr(isText) },
};

/** Every type of event that this version knows. */
export const EVENT_TYPES = Object.keys(MEMBERS) as readonly EventType[];

export function isEventType(value: string): value is EventType {
  return Object.hasOwn(MEMBERS, value);
}

/** @throws UnreadableMessage when `value` is no event, of an unknown type or of an unknown schema */
export function checkEvent(value: unknown, path: string): CommandEvent {
  const { type, schema } = checkMembers(value, { type: isText, schema: isInteger, at: isInteger }, path);
  if (typeof type !== 'string' || !isEventType(type)) throw new UnreadableMessage(`${path}.type`, 'unknown');
  if (schema !== 1) throw new UnreadableMessage(`${path}.schema`, `unknown: ${String(schema)}`);
  const event = checkMembers(value, MEMBERS[type], path);
  if (type === 'CommandAccepted') checkRequest(event['request'], `${path}.request`);
  return event as unknown as CommandEvent;
}
