import type { AttemptStarted } from '../events.js';
import type { CommandId } from '../ids.js';
import { noLaterThanFinish } from '../policies/finish-by.js';
import { acknowledgementWaitMs } from '../policies/retransmission.js';
import type { Accepted } from '../states.js';

/**
 * The fact that attempt `attempt` starts now. Its wait doubles with the tries that count, and not with the attempts: 20 probes
 * of an absent device would make it 60 days, and after 50 the deadline would be no number that a store can keep.
 */
export function startAttempt(
  commandId: CommandId,
  command: Pick<Accepted, 'request' | 'acceptedAt' | 'tries'>,
  attempt: number,
  now: number,
): AttemptStarted {
  const wait = acknowledgementWaitMs(command.request.policy, commandId, command.tries + 1);
  return { type: 'AttemptStarted', schema: 1, at: now, attempt, waitUntil: noLaterThanFinish(command, now + wait) };
}
