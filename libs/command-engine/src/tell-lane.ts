import type { LaneSignal } from '@downlink/command-domain';
import type { Outcome } from './outcome.js';
import type { KeptDeadLetter } from './ports/dead-letters.port.js';

/** The engine, or a queue in front of it. */
export interface LaneSignals {
  handle(signals: readonly LaneSignal[]): Promise<readonly Outcome[]>;
}

/** Blocks or frees the lane that a dead letter is about, if there is one. @throws whatever the store said against it */
export async function tellLane(
  lanes: LaneSignals,
  kind: 'lane-blocked' | 'lane-unblocked',
  { id, deviceId, hasLane }: KeptDeadLetter,
): Promise<void> {
  if (deviceId === null || !hasLane) return;
  const [outcome] = await lanes.handle([{ kind, deviceId, deadLetter: id }]);
  if (outcome?.kind === 'failed') throw outcome.cause;
}
