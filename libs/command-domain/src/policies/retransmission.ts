import type { CommandId } from '../ids.js';
import type { DeliveryPolicy } from '../request.js';
import type { Accepted } from '../states.js';
import { isFinishOverdue } from './finish-by.js';
import { isExpired } from './lifetime.js';

/**
 * How long attempt `attempt` (1..) may wait for its acknowledgement, in ms. It doubles: with 10 s and a jitter of 0.5 the
 * waits are 10–15 s, 20–30 s, 40–60 s and 80–120 s, as Huawei documents its platform (FAQ "retransmission mechanism").
 * The jitter comes from the command's id, so that the decision stays pure and a storm still spreads.
 */
export function acknowledgementWaitMs(policy: DeliveryPolicy, commandId: CommandId, attempt: number): number {
  const base = policy.firstWaitMs * 2 ** (attempt - 1);
  return Math.round(base * (1 + policy.waitJitter * spread(commandId, attempt)));
}

/** Whether a further attempt may start: tries are left and neither the lifetime nor the one deadline has ended. */
export function mayRetransmit(command: Accepted, now: number): boolean {
  const triesLeft = command.tries < 1 + command.request.policy.maxRetransmit;
  return triesLeft && !isExpired(command, now) && !isFinishOverdue(command, now);
}

const PROBE_FIRST_MS = { 'no-subscriber': 10_000, unavailable: 1_000 } as const;
const PROBE_LONGEST_MS = { 'no-subscriber': 300_000, unavailable: 30_000 } as const;

/**
 * When a put-back command is probed again without any sign of its device, in ms from now: doubling, so that a device
 * which nobody reports costs at most a publish every five minutes.
 */
export function probeAfterMs(reason: keyof typeof PROBE_FIRST_MS, putBacks: number): number {
  return Math.min(PROBE_FIRST_MS[reason] * 2 ** Math.min(putBacks, 10), PROBE_LONGEST_MS[reason]);
}

/** A number in [0, 1) that depends on the id and the attempt only: FNV-1a over the digits, then MurmurHash3's finalizer. */
function spread(commandId: CommandId, attempt: number): number {
  let hash = 0x811c9dc5 ^ attempt;
  for (let i = 0; i < commandId.length; i++) hash = Math.imul(hash ^ commandId.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
