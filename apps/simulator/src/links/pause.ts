import { setTimeout as wait } from 'node:timers/promises';

/** False when the signal ended it. */
export function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  return wait(ms, true, { signal }).catch(() => false);
}
