import { evolve, type CommandState } from '@downlink/command-domain';
import type { RecordedEvent } from './ports/command-store.port.js';
import type { CommittedFact } from './ports/fact-relay.port.js';

/**
 * The facts of histories, as they were published: what a fact says beside its event (the statuses before and after it) is
 * folded. @param events of any number of commands, one command after another, versions 1..n ascending
 */
export function factsOfHistory(events: readonly RecordedEvent[]): CommittedFact[] {
  let before: CommandState = { status: 'none' };
  return events.map((recorded) => {
    if (recorded.version === 1) before = { status: 'none' };
    const after = evolve(before, recorded.event);
    const { request, lanePosition, status } = after;
    const fact = { ...recorded, request, lanePosition, statusBefore: before.status, status };
    before = after;
    return fact;
  });
}
