/**
 * The database's clock, read without asking it each time: what it said last plus what has gone by since on a clock that never
 * jumps. A host's own clock may be hours off, and then two processes would disagree about what was first.
 */
export class SteadyClock {
  private offset: number | undefined;

  /**
   * @param ask the database's clock, ms since 1970
   * @param host what counts until it has answered once
   * @param monotonic a clock that never jumps, in ms from any origin
   */
  constructor(
    private readonly ask: () => Promise<number>,
    private readonly host: () => number = () => Date.now(),
    private readonly monotonic: () => number = () => performance.now(),
  ) {}

  /** Asks again; wrong by half the round trip at most. @throws Fault when the store is away: what it said before then still counts */
  async sync(): Promise<void> {
    const asked = this.monotonic();
    const now = await this.ask();
    this.offset = now - (asked + this.monotonic()) / 2;
  }

  /** ms since 1970, whole. */
  now(): number {
    return Math.round(this.offset === undefined ? this.host() : this.offset + this.monotonic());
  }
}
