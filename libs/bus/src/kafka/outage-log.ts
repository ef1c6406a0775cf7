import type { BusLogger } from '../bus-logger.js';

/** A new leader is found within that; kafkajs tries again at least once a second, so a real outage is told soon after. */
const WORTH_TELLING_MS = 1_000;

/** One line when Kafka stays away, one per new reason, one when it is back: not one per attempt. */
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
    if (performance.now() - this.#since < WORTH_TELLING_MS || this.#reasons.has(reason)) return;
    this.#reasons.add(reason);
    this.logger.warn({ ...this.about, reason }, 'Kafka not available, waiting for it');
  }

  /** Kafka answered. */
  over(): void {
    if (this.#since === undefined) return;
    const outageMs = Math.round(performance.now() - this.#since);
    const told = this.#reasons.size > 0;
    this.#since = undefined;
    this.#reasons.clear();
    if (!told) return;
    this.logger.info({ ...this.about, outageMs }, 'Kafka is available again');
  }
}
