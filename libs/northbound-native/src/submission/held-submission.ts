import type { Submission } from '@downlink/command-engine';
import { callerGone, type Held, type NorthboundPorts } from '@downlink/northbound-kit';
import type { FastifyReply } from 'fastify';
import { takenOf } from './command-intake.js';

/**
 * How much longer than its `wait` a call is held whose command ends with the wait: the end is written by the scheduler, whose
 * lateness is below a second, and "timed out" is a better answer than "still under way".
 */
const END_IS_WRITTEN_WITHIN_MS = 2_000;

export interface HeldCall {
  /** Seconds. */
  readonly wait: number;
  readonly expireWithWait: boolean;
  /** When the request came, on the monotonic clock of this process, ms. */
  readonly began: number;
}

/** Submits and waits for the final event. @throws what a submission throws, and Fault `too-many-waiting` before it */
export async function submitHeld(
  { commands, finalEvents }: Pick<NorthboundPorts, 'commands' | 'finalEvents'>,
  submission: Submission,
  { wait, expireWithWait, began }: HeldCall,
  reply: FastifyReply,
): Promise<Held & { readonly replayed: boolean }> {
  const waitMs = wait * 1000;
  const { request, options } = submission;
  const policy = expireWithWait ? { ...request.policy, finishWithinMs: waitMs } : request.policy;
  const until = began + waitMs + (expireWithWait ? END_IS_WRITTEN_WITHIN_MS : 0);
  let replayed = false;
  const held = await finalEvents.hold({ until, signal: callerGone(reply) }, async (waiter) => {
    const taken = takenOf(await commands.submit({ ...request, policy, waiter }, options));
    replayed = taken.replayed;
    return taken.head;
  });
  return { ...held, replayed };
}
