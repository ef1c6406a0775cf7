import type { LaneSignal } from '@downlink/command-domain';
import type { Outcome } from './outcome.js';
import type {
  DeadLetterQuery,
  DeadLetters,
  KeptDeadLetter,
  NewDeadLetter,
  RecordReplayer,
} from './ports/dead-letters.port.js';

/** What became of a replay or a discard. */
export type DeskAnswer =
  | { readonly kind: 'done'; readonly letter: KeptDeadLetter }
  | { readonly kind: 'unknown' }
  /** It was dealt with in the other way before. */
  | { readonly kind: 'settled-otherwise'; readonly letter: KeptDeadLetter }
  /** Its record is not kept, or its topic is not one that this installation has. */
  | { readonly kind: 'not-replayable'; readonly letter: KeptDeadLetter };

/** The engine, or a queue in front of it. */
export interface LaneSignals {
  handle(signals: readonly LaneSignal[]): Promise<readonly Outcome[]>;
}

/**
 * Where dead letters are handed in and dealt with. Each step is durable before the next begins and may be done again, so that
 * repeating a call finishes what a crash cut short. Nothing here is atomic with the lane, and need not be: under the lane's
 * lock the engine looks up which dead letters are open when it is told that one is not (see `Loaded.openDeadLetters`).
 */
export class DeadLetterDesk {
  constructor(
    private readonly letters: DeadLetters,
    private readonly lanes: LaneSignals,
  ) {}

  /**
   * Keeps the dead letter and blocks the lane of its device; resolves when both are durable, so that the record may count as
   * handled. Handed in again it changes nothing. @throws Fault (retryable) when the store is away.
   */
  async receive(given: NewDeadLetter): Promise<KeptDeadLetter> {
    const letter = await this.letters.keep(given);
    if (letter.state !== 'open') {
      await this.unblock(letter);
      return letter;
    }
    await this.tell('lane-blocked', letter);
    // Somebody may have dealt with it before the lane was blocked, and there is nobody else to notice.
    const now = (await this.letters.find(letter.id)) ?? letter;
    if (now.state !== 'open') await this.unblock(now);
    return now;
  }

  find(id: string, applicationId?: string): Promise<KeptDeadLetter | undefined> {
    return this.letters.find(id, applicationId);
  }

  search(query: DeadLetterQuery): Promise<KeptDeadLetter[]> {
    return this.letters.search(query);
  }

  /**
   * Puts the record back on its topic, marks the dead letter and frees its lane, in this order: what is behind it leaves
   * after it. Replaying again frees the lane again and puts nothing back. @throws Fault (retryable) when bus or store are away:
   * the record may be back then, and repeating the call may put it there twice, which consumers do not mind.
   */
  async replay(id: string, records: RecordReplayer): Promise<DeskAnswer> {
    const letter = await this.letters.find(id);
    if (letter === undefined) return { kind: 'unknown' };
    if (letter.state === 'open') {
      const record = await this.letters.record(id);
      if (record === undefined || !(await putBack(records, letter, record))) return { kind: 'not-replayable', letter };
    }
    return this.end(id, { state: 'replayed' });
  }

  /** Gives the record up for good and frees the lane. Discarding again frees the lane again. @throws Fault as above. */
  discard(id: string, reason?: string): Promise<DeskAnswer> {
    return this.end(id, { state: 'discarded', ...(reason !== undefined && { reason }) });
  }

  private async end(id: string, how: Parameters<DeadLetters['settle']>[1]): Promise<DeskAnswer> {
    const letter = await this.letters.settle(id, how);
    if (letter === undefined) return { kind: 'unknown' };
    if (letter.state !== how.state) return { kind: 'settled-otherwise', letter };
    await this.unblock(letter);
    return { kind: 'done', letter };
  }

  private unblock(letter: KeptDeadLetter): Promise<void> {
    return this.tell('lane-unblocked', letter);
  }

  private async tell(kind: 'lane-blocked' | 'lane-unblocked', letter: KeptDeadLetter): Promise<void> {
    const { id, deviceId, hasLane } = letter;
    if (deviceId === null || !hasLane) return;
    const [outcome] = await this.lanes.handle([{ kind, deviceId, deadLetter: id }]);
    if (outcome?.kind === 'failed') throw outcome.cause;
  }
}

/** Codes that no repetition gets over. */
const FINAL = new Set(['bus-refused', 'unknown-topic', 'unreadable-message']);

async function putBack(
  records: RecordReplayer,
  letter: KeptDeadLetter,
  record: Parameters<RecordReplayer['replay']>[1],
): Promise<boolean> {
  try {
    await records.replay(letter.origin.topic, record);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && FINAL.has(String(error.code))) return false;
    throw error;
  }
}
