import type { MqttLogger } from '../mqtt-logger.js';
import type { Counting } from './gateway-counts.js';
import type { RefusalKind } from './ports.js';

const linesPerAddress = 5;
const mostAddresses = 1_000;
const windowMs = 60_000;

/** Counts all refusals, and tells a few of each address a minute: a flood from outside must not become a flood of lines. */
export class RefusalLog {
  readonly #told = new Map<string, { lines: number; untold: number }>();
  #windowSince = 0;
  #untoldElsewhere = 0;

  constructor(
    private readonly counts: Counting,
    private readonly logger: MqttLogger,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** @param details without secrets */
  refused(kind: RefusalKind, remoteAddress: string, details: object = {}): void {
    this.counts.refused[kind] += 1;
    this.sweep();
    let told = this.#told.get(remoteAddress);
    if (told === undefined && this.#told.size < mostAddresses) {
      told = { lines: 0, untold: 0 };
      this.#told.set(remoteAddress, told);
    }
    if (told === undefined) this.#untoldElsewhere += 1;
    else if (told.lines >= linesPerAddress) told.untold += 1;
    else {
      told.lines += 1;
      this.logger.warn({ kind, remoteAddress, ...details }, 'the device gateway refused a device');
    }
  }

  /** Tells what was not told in the minute that is over. */
  sweep(): void {
    const now = this.now();
    if (now - this.#windowSince < windowMs) return;
    this.#windowSince = now;
    const untold = [...this.#told].filter(([, told]) => told.untold > 0);
    const count = untold.reduce((sum, [, told]) => sum + told.untold, this.#untoldElsewhere);
    if (count > 0) {
      const addresses = untold.slice(0, 10).map(([address]) => address);
      this.logger.warn(
        { count, addresses, refused: this.counts.refused },
        'the device gateway refused more than it told',
      );
    }
    this.#told.clear();
    this.#untoldElsewhere = 0;
  }
}
