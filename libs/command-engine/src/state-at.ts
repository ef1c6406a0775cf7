import { evolve, type CommandState } from '@downlink/command-domain';
import type { Head, RecordedEvent } from './ports/command-store.port.js';

/**
 * A command as it stood at an instant: the fold of what had happened by then. Pure.
 * @param history versions 1..n ascending
 * @param at ms since 1970, inclusive
 * @returns undefined when it was not accepted by then
 */
export function stateAt(history: readonly RecordedEvent[], at: number): Head | undefined {
  let state: CommandState = { status: 'none' };
  let head: Head | undefined;
  for (const { commandId, version, event } of history) {
    // A clock that was set back may give a later version an earlier time: what is known is a beginning of the history.
    if (event.at > at) break;
    state = evolve(state, event);
    head = { commandId, version, state };
  }
  return head;
}
