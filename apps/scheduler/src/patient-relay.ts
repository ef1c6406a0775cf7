import type { CommittedFact, FactRelay } from '@downlink/command-engine';

export interface PatientRelayOptions {
  /** Late by more than this, in ms, is behind. */
  readonly lateMs: number;
  /** How long after a late deadline facts go on waiting, in ms: until it is known whether the next were in time. */
  readonly calmMs: number;
  /** Facts that wait in memory at most; 10,000 are about 17 MB. What is above it is left to the outbox. */
  readonly capacity: number;
}

export const DEFAULT_PATIENCE: PatientRelayOptions = { lateMs: 200, calmMs: 500, capacity: 10_000 };

/** What waited goes out bit by bit, up to 20,000/s: all of it at once would make the next deadlines late. */
const SLICE = 500;
const SLICE_EVERY_MS = 25;

/**
 * Lets facts wait while deadlines are late. Publishing costs this process as much as firing (65 against 55 µs a command), so
 * that in a mass expiry one of the two has to wait, and a fact may: it is durable, and nobody's deadline. Those in memory go out
 * in their order when it is calm again; those for which there is no room are swept from the outbox after that.
 */
export class PatientRelay implements FactRelay {
  private readonly held: (readonly CommittedFact[])[] = [];
  private count = 0;
  /** Facts of this storm that nobody holds. */
  private leftOut = 0;
  private lateAt = -Infinity;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly relay: FactRelay,
    private readonly logger: { info(details: object, message: string): void },
    private readonly options: PatientRelayOptions = DEFAULT_PATIENCE,
  ) {}

  /** Facts that wait here. */
  get waiting(): number {
    return this.count;
  }

  /** A deadline was fired so late. */
  fired(latenessMs: number): void {
    if (latenessMs > this.options.lateMs) this.lateAt = performance.now();
  }

  handOver(facts: readonly CommittedFact[]): void {
    if (this.isLate && this.count + facts.length > this.options.capacity) {
      this.leftOut += facts.length;
      return;
    }
    this.held.push(facts);
    this.count += facts.length;
    if (this.timer === undefined) this.release();
  }

  /** Lets everything go at once: the orderly end. */
  flush(): void {
    this.lateAt = -Infinity;
    clearTimeout(this.timer);
    this.timer = undefined;
    this.letGo(Infinity);
  }

  private get isLate(): boolean {
    return performance.now() - this.lateAt < this.options.calmMs;
  }

  private release(): void {
    this.timer = undefined;
    if (this.isLate) return this.releaseIn(this.options.calmMs);
    this.letGo(SLICE);
    if (this.held.length > 0) this.releaseIn(SLICE_EVERY_MS);
  }

  private releaseIn(ms: number): void {
    this.timer = setTimeout(() => this.release(), ms);
  }

  /** The longest waiting ones, `most` of them or a transaction's more. */
  private letGo(most: number): void {
    for (let gone = 0; gone < most && this.held.length > 0;) {
      const facts = this.held.shift()!;
      gone += facts.length;
      this.count -= facts.length;
      this.relay.handOver(facts);
    }
    if (this.leftOut > 0)
      this.logger.info({ facts: this.leftOut }, 'facts were left to the outbox while deadlines were late');
    this.leftOut = 0;
  }
}
