import type { Socket } from 'node:net';
import { isClogged, pausedBy, PausedReads } from './paused-reads.js';

/** Reads from either side of a session no faster than the other one takes it. */
export class BackPressure {
  readonly #deviceReads: PausedReads;
  readonly #brokerReads: PausedReads;

  constructor(
    private readonly device: Socket,
    private readonly broker: Socket,
    private readonly highWaterBytes: number,
  ) {
    this.#deviceReads = new PausedReads(device);
    this.#brokerReads = new PausedReads(broker);
  }

  /** The device is not read from while its session is being opened. */
  connecting(still: boolean): void {
    this.#deviceReads.set(pausedBy.connecting, still);
  }

  /** The device is not read from while its packets are held. True when that begins. */
  held(holding: boolean): boolean {
    const begins = holding && !this.#deviceReads.by(pausedBy.held);
    this.#deviceReads.set(pausedBy.held, holding);
    return begins;
  }

  /** After something was written: waits for whoever cannot keep up. */
  look(): void {
    if (isClogged(this.broker, this.highWaterBytes)) this.#deviceReads.set(pausedBy.slowReader, true);
    if (!isClogged(this.device, this.highWaterBytes)) return;
    this.#brokerReads.set(pausedBy.slowReader, true);
    this.#deviceReads.set(pausedBy.slowAnswers, true);
  }

  deviceDrained(): void {
    this.#brokerReads.set(pausedBy.slowReader, false);
    this.#deviceReads.set(pausedBy.slowAnswers, false);
  }

  brokerDrained(): void {
    this.#deviceReads.set(pausedBy.slowReader, false);
  }

  /** It is over: both are read to their ends, whatever held them up. */
  over(): void {
    this.#deviceReads.clear();
    this.#brokerReads.clear();
  }
}
