import type { DeadLetters, KeptDeadLetter, NewDeadLetter } from './ports/dead-letters.port.js';
import { tellLane, type LaneSignals } from './tell-lane.js';

/** Where consumers hand in the records that they gave up. */
export class DeadLetterIntake {
  constructor(
    private readonly letters: DeadLetters,
    private readonly lanes: LaneSignals,
  ) {}

  /**
   * Keeps the dead letter and blocks the lane of its device; resolves when both are durable, so that the record may count as
   * handled. Handed in again it changes nothing, and finishes what a crash cut short. @throws Fault (retryable) when the
   * store is away.
   */
  async receive(given: NewDeadLetter): Promise<KeptDeadLetter> {
    const letter = await this.letters.keep(given);
    if (letter.state !== 'open') {
      await tellLane(this.lanes, 'lane-unblocked', letter);
      return letter;
    }
    await tellLane(this.lanes, 'lane-blocked', letter);
    // Somebody may have dealt with it before the lane was blocked, and there is nobody else to notice.
    const now = (await this.letters.find(letter.id)) ?? letter;
    if (now.state !== 'open') await tellLane(this.lanes, 'lane-unblocked', now);
    return now;
  }
}
