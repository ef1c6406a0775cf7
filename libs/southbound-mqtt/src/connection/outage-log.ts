import type { MqttLogger } from '../mqtt-logger.js';

/** One line when the broker goes away, one per new reason, one when it is back: not one per attempt. */
export class OutageLog {
  readonly #logger: MqttLogger;
  readonly #about: object;
  #since: number | undefined;
  #reasons = new Set<string>();

  constructor(logger: MqttLogger, about: object) {
    this.#logger = logger;
    this.#about = about;
  }

  /** A connection failed or ended for this reason. */
  failed(reason: string): void {
    const first = this.#since === undefined;
    this.#since ??= performance.now();
    // Closing is only the consequence of a reason already told.
    if (this.#reasons.has(reason) || (!first && reason === 'connection closed')) return;
    this.#reasons.add(reason);
    this.#logger.warn({ ...this.#about, reason }, 'MQTT broker not available, waiting for it');
  }

  /** The broker accepted a connection. */
  over(details: object): void {
    const outageMs = this.#since === undefined ? undefined : Math.round(performance.now() - this.#since);
    this.#since = undefined;
    this.#reasons.clear();
    this.#logger.info(
      { ...this.#about, ...details, ...(outageMs === undefined ? {} : { outageMs }) },
      'connected to the MQTT broker',
    );
  }
}
