import type { Accepted } from '../states.js';

type Timed = Pick<Accepted, 'request' | 'acceptedAt'>;

/** The instant (ms since 1970) from which nothing about the command is started or awaited any more; null when it has none. */
export function finishBy({ request, acceptedAt }: Timed): number | null {
  const { finishWithinMs } = request.policy;
  return finishWithinMs === undefined ? null : acceptedAt + finishWithinMs;
}

/** An instant to wait until, cut to the command's one deadline. */
export function noLaterThanFinish(command: Timed, instant: number): number {
  const end = finishBy(command);
  return end === null ? instant : Math.min(instant, end);
}

/** Whether the one deadline has passed, whether or not anybody has acted on it yet. */
export function isFinishOverdue(command: Timed, now: number): boolean {
  const end = finishBy(command);
  return end !== null && now >= end;
}
