import { pause } from './pause.js';

/** Spreads connections over time: at most so many a second, evenly. Without a number nobody waits. */
export class ConnectPace {
  private next = 0;

  constructor(private readonly perSecond?: number) {}

  /** Resolves when it is one's turn; false when the signal ended the wait. */
  async turn(signal: AbortSignal): Promise<boolean> {
    if (this.perSecond === undefined) return !signal.aborted;
    const now = performance.now();
    const at = Math.max(now, this.next);
    this.next = at + 1_000 / this.perSecond;
    return pause(at - now, signal);
  }
}
