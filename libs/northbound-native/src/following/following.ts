import { isFault } from '@downlink/command-engine';
import type { EventStream } from './event-stream.js';
import type { Followed } from './followed.js';

/** Carries what is followed to one caller: a look for each waking, one at a time, the next when the caller has taken the last. */
export class Following {
  private woken = false;
  private looking = false;

  constructor(
    readonly followed: Followed,
    readonly stream: EventStream,
    private readonly onBroken: (error: unknown) => void,
  ) {}

  /** Something may have happened. */
  wake(): void {
    this.woken = true;
    if (!this.looking) void this.look();
  }

  private async look(): Promise<void> {
    this.looking = true;
    try {
      while (this.woken && this.stream.open) {
        this.woken = false;
        const { events, more, ended } = await this.followed.look();
        await this.stream.send(events);
        if (ended) this.stream.end();
        this.woken ||= more;
      }
    } catch (error) {
      // A store that is away is asked again by the next look; what is told goes on where it stopped.
      if (!isFault(error) || !error.retryable) this.onBroken(error);
    } finally {
      this.looking = false;
    }
  }
}
