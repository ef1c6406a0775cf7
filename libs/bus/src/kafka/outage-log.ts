import type { BusLogger } from '../bus-logger.js';

/** One line when Kafka goes away, one per new reason, one when it is back: not one per attempt. */
export class OutageLog {
  #since: number | undefined;
  readonly #reasons = new Set<string>();

  constructor(
    private readonly logger: BusLogger,
    private readonly about: object,
  ) {}

  get ongoing(): boolean {
    return this.#since !== undefined;
  }

  failed(reason: string): void {
    this.#since ??= performance.now();
    if (this.#reasons.has(reason)) return;
    this.#reasons.add(reason);
    this.logger.warn({ ...this.about, reason }, 'Kafka not available, waiting for it');
  }

  /** Kafka answered. */
  over(): void {
    if (this.#since === undefined) return;
    const outageMs = Math.round(performance.now() - this.#since);
    this.#since = undefined;
    this.#reasons.clear();
    this.logger.info({ ...this.about, outageMs }, 'Kafka is available again');
  }
}
