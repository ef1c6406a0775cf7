import type { WaitingExplanation } from '@downlink/command-engine';
import { z } from 'zod';
import { commandIdText, count, status, timestamp } from './command-answer.js';
import { isoTime } from './command-view.js';

const REASONS = [
  'finished',
  'lane-blocked',
  'behind-command',
  'device-away',
  'put-back',
  'turn',
  'broker-confirmation',
  'acknowledgement',
  'answer',
] as const satisfies readonly WaitingExplanation['reason'][];

const reason = z.enum(REASONS);

/** What the command in front waits for. */
const behindAnswer = z.strictObject({
  commandId: commandIdText,
  status,
  reason,
  attempt: count.nullable(),
  until: timestamp.nullable(),
  nextAttemptAt: timestamp.nullable(),
});

export const waitingAnswer = z
  .strictObject({
    commandId: commandIdText,
    status,
    waiting: z.boolean(),
    sentence: z.string(),
    reason,
    since: timestamp,
    attempt: count.nullable(),
    until: timestamp.nullable(),
    nextAttemptAt: timestamp.nullable(),
    expiresAt: timestamp.nullable(),
    ahead: count,
    behind: behindAnswer.nullable(),
    blockedBy: z.string().nullable(),
    supersededBy: commandIdText.nullable(),
    device: z.strictObject({
      presence: z.string(),
      unreachableSince: timestamp.nullable(),
      reachableUntil: timestamp.nullable(),
    }),
    overdue: z.boolean(),
    asOf: timestamp,
  })
  .meta({ id: 'Waiting' });

/** Why a command waits: one sentence for people, and the same in data. */
export function waitingView(found: WaitingExplanation): z.output<typeof waitingAnswer> {
  return {
    commandId: found.commandId,
    status: found.status,
    waiting: found.waiting,
    sentence: found.sentence,
    reason: found.reason,
    since: isoTime(found.since),
    attempt: found.attempt,
    until: isoTime(found.until),
    nextAttemptAt: isoTime(found.nextAttemptAt),
    expiresAt: isoTime(found.expiresAt),
    ahead: found.ahead,
    behind: found.behind === null ? null : behindView(found.behind),
    blockedBy: found.blockedBy,
    supersededBy: found.supersededBy,
    device: {
      presence: found.device.presence,
      unreachableSince: isoTime(found.device.unreachableSince),
      reachableUntil: isoTime(found.device.reachableUntil),
    },
    overdue: found.overdue,
    asOf: isoTime(found.asOf),
  };
}

function behindView(found: WaitingExplanation): z.output<typeof behindAnswer> {
  return {
    commandId: found.commandId,
    status: found.status,
    reason: found.reason,
    attempt: found.attempt,
    until: isoTime(found.until),
    nextAttemptAt: isoTime(found.nextAttemptAt),
  };
}
