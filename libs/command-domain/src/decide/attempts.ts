import type { AttemptStarted } from '../events.js';
import type { CommandId } from '../ids.js';
import { acknowledgementWaitMs } from '../policies/retransmission.js';
import type { DeliveryPolicy } from '../request.js';

/** The fact that attempt `attempt` starts now. */
export function startAttempt(
  commandId: CommandId,
  policy: DeliveryPolicy,
  attempt: number,
  now: number,
): AttemptStarted {
  const waitUntil = now + acknowledgementWaitMs(policy, commandId, attempt);
  return { type: 'AttemptStarted', schema: 1, at: now, attempt, waitUntil };
}
