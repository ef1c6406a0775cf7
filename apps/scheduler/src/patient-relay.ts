import type { CommittedFact, FactRelay } from '@downlink/command-engine';

export interface PatientRelayOptions {
  /** Late by more than this, in ms, is behind. */
  readonly lateMs: number;
  /** How long after a late deadline facts go on waiting, in ms: until it is known whether the next were in time. */
  readonly calmMs: number;
  /** Facts that wait at most; 30,000 are about 50 MB. What is above it goes out although deadlines are late. */
  readonly capacity: number;
}

export const DEFAULT_PATIENCE: PatientRelayOptions = { lateMs: 200, calmMs: 500, capacity: 30_000 };

/**
 * Lets facts wait while deadlines are late. Publishing costs this process as much as firing (65 against 55 µs a command), so
 * that in a mass expiry one of the two has to wait, and a fact may: it is durable, and nobody's deadline. Order is kept.
 */
export class PatientRelay implements FactRelay {
  private readonly held: (readonly CommittedFact[])[] = [];
  private count = 0;
  private lateAt = -Infinity;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly relay: FactRelay,
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
    this.held.push(facts);
    this.count += facts.length;
    this.release();
  }

  /** Lets everything go at once: the orderly end. */
  flush(): void {
    this.lateAt = -Infinity;
    this.release();
  }

  private release(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const { calmMs, capacity } = this.options;
    const mayWait = performance.now() - this.lateAt < calmMs ? capacity : 0;
    while (this.count > mayWait) {
      const facts = this.held.shift()!;
      this.count -= facts.length;
      this.relay.handOver(facts);
    }
    if (this.held.length > 0) this.timer = setTimeout(() => this.release(), calmMs);
  }
}
