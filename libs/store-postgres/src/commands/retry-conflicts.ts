import { setTimeout as wait } from 'node:timers/promises';
import { isFault } from '@downlink/command-engine';

const TRIES = 5;

/**
 * Does the work again when it lost a race (Fault `version-conflict`), each time from the start in a new transaction: retrying
 * inside the old one would keep its locks and what it has read. At most 5 tries, with 0–10, 0–20, 0–40, 0–80 ms between them, spread at
 * random so that two who met do not meet again.
 */
export async function retryConflicts<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!isFault(error) || error.code !== 'version-conflict' || attempt === TRIES) throw error;
      await wait(Math.random() * 10 * 2 ** (attempt - 1));
    }
  }
}
