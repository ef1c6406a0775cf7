import type { AttemptStarted } from '../events.js';
import type { CommandId } from '../ids.js';
import { noLaterThanFinish } from '../policies/finish-by.js';
import { acknowledgementWaitMs } from '../policies/retransmission.js';
import type { Accepted } from '../states.js';

/** The fact that attempt `attempt` starts now. */
export function startAttempt(
  commandId: CommandId,
  command: Pick<Accepted, 'request' | 'acceptedAt'>,
  attempt: number,
  now: number,
): AttemptStarted {
  const wait = acknowledgementWaitMs(command.request.policy, commandId, attempt);
  return { type: 'AttemptStarted', schema: 1, at: now, attempt, waitUntil: noLaterThanFinish(command, now + wait) };
}
