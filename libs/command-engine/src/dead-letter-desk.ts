import type { DeadLetterQuery, DeadLetters, KeptDeadLetter, RecordReplayer } from './ports/dead-letters.port.js';
import { tellLane, type LaneSignals } from './tell-lane.js';

/** What became of a replay or a discard. */
export type DeskAnswer =
  | { readonly kind: 'done'; readonly letter: KeptDeadLetter }
  | { readonly kind: 'unknown' }
  /** It was dealt with in the other way before. */
  | { readonly kind: 'settled-otherwise'; readonly letter: KeptDeadLetter }
  /** Its record is not kept, or does not belong on this installation's bus. */
  | { readonly kind: 'not-replayable'; readonly letter: KeptDeadLetter };

export interface DeadLetterDeskParts {
  readonly letters: DeadLetters;
  readonly lanes: LaneSignals;
  readonly records: RecordReplayer;
}

/**
 * Where people look at dead letters and deal with them. Each step is durable before the next begins and may be done again, so
 * repeating a call finishes what a crash cut short. Nothing here is one transaction with the lane, and need not be: told that
 * a dead letter is dealt with, the engine looks up under the lane's lock which others are open (`Loaded.openDeadLetters`).
 */
export class DeadLetterDesk {
  constructor(private readonly parts: DeadLetterDeskParts) {}

  /** @param applicationId only if it is about a device of this application */
  find(id: string, applicationId?: string): Promise<KeptDeadLetter | undefined> {
    return this.parts.letters.find(id, applicationId);
  }

  search(query: DeadLetterQuery): Promise<KeptDeadLetter[]> {
    return this.parts.letters.search(query);
  }

  /**
   * Puts the record back on its topic, marks the dead letter and frees its lane, in this order: what is behind it leaves
   * after it. Replaying again frees the lane again and puts nothing back. @throws Fault (retryable) when bus or store are away:
   * the record may be back then, and repeating the call may put it there twice, which consumers do not mind.
   */
  async replay(id: string): Promise<DeskAnswer> {
    const letter = await this.parts.letters.find(id);
    if (letter === undefined) return { kind: 'unknown' };
    if (letter.state === 'open' && !(await this.putBack(letter))) return { kind: 'not-replayable', letter };
    return this.end(id, { state: 'replayed' });
  }

  /** Gives the record up for good and frees the lane. Discarding again frees the lane again. @throws Fault as above. */
  discard(id: string, reason?: string): Promise<DeskAnswer> {
    return this.end(id, { state: 'discarded', ...(reason !== undefined && { reason }) });
  }

  private async putBack({ id, origin }: KeptDeadLetter): Promise<boolean> {
    const record = await this.parts.letters.record(id);
    if (record === undefined) return false;
    try {
      await this.parts.records.replay(origin.topic, record);
      return true;
    } catch (error) {
      if (isRefused(error)) return false;
      throw error;
    }
  }

  private async end(id: string, how: Parameters<DeadLetters['settle']>[1]): Promise<DeskAnswer> {
    const letter = await this.parts.letters.settle(id, how);
    if (letter === undefined) return { kind: 'unknown' };
    if (letter.state !== how.state) return { kind: 'settled-otherwise', letter };
    await tellLane(this.parts.lanes, 'lane-unblocked', letter);
    return { kind: 'done', letter };
  }
}

/** What no repetition gets over. */
const REFUSALS: ReadonlySet<string> = new Set(['bus-refused', 'unknown-topic', 'unreadable-message']);

function isRefused(error: unknown): boolean {
  return error instanceof Error && 'code' in error && REFUSALS.has(String(error.code));
}
