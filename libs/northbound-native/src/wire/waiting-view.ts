import type { JsonObject } from '@downlink/command-domain';
import type { WaitingExplanation } from '@downlink/command-engine';
import { isoTime } from './command-view.js';

/** Why a command waits: one sentence for people, and the same in data. */
export function waitingView(found: WaitingExplanation): JsonObject {
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

/** What the command in front waits for; the device is the same. */
function behindView({ commandId, status, reason, attempt, until, nextAttemptAt }: WaitingExplanation): JsonObject {
  return {
    commandId,
    status,
    reason,
    attempt,
    until: isoTime(until),
    nextAttemptAt: isoTime(nextAttemptAt),
  };
}
