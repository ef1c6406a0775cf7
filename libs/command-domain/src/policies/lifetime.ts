import type { Lane } from '../lane.js';
import type { CommandRequest } from '../request.js';
import type { Accepted } from '../states.js';
import { noLaterThanFinish } from './finish-by.js';

/** The instant from which no attempt starts any more; null for a command that bypasses the queue. */
export function expiryOf(request: CommandRequest, acceptedAt: number): number | null {
  if (request.mode === 'immediate' && request.policy.immediate === 'bypass') return null;
  return noLaterThanFinish({ request, acceptedAt }, acceptedAt + request.lifetimeMs);
}

export function isExpired(command: Pick<Accepted, 'expiresAt'>, now: number): boolean {
  return command.expiresAt !== null && now >= command.expiresAt;
}

/** An immediate command that joined the queue fails when its device leaves before its turn (EnOS, Invoke Service). */
export function diesWithPresence({ request }: Pick<Accepted, 'request'>, lane: Lane): boolean {
  return request.mode === 'immediate' && lane.unreachableSince !== null;
}
