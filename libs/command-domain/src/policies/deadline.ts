import type { CommandState } from '../states.js';

/**
 * The one instant at which time next means something to the command (ms since 1970), or null. The scheduler sends
 * `time-due` then; nothing else keeps a timer.
 */
export function deadlineOf(state: CommandState): number | null {
  switch (state.status) {
    case 'queued':
      return earlier(state.expiresAt, state.retryAt);
    case 'sending':
    case 'sent':
    case 'delivered':
      return state.waitUntil;
    default:
      return null;
  }
}

function earlier(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.min(a, b);
}
