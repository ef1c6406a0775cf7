import { SteadyClock, type CallCounts } from '@downlink/command-engine';
import { TroubleError } from '../dialect/trouble-error.js';
import type { NorthboundLogger } from '../http/error-responder.js';

export interface QuotaOptions {
  readonly counts: CallCounts;
  readonly logger: Pick<NorthboundLogger, 'warn'>;
  /** Pause between two exchanges with the other processes, in ms. Default 1,000. */
  readonly everyMs?: number;
  /** The clocks, for tests. */
  readonly host?: () => number;
  readonly monotonic?: () => number;
}

/** As much of an application as a quota needs. */
export interface QuotaHolder {
  readonly id: string;
  /** 0: no quota. */
  readonly callsPerMinute: number;
}

const MINUTE_MS = 60_000;

/** An application's calls in the minute that is. */
interface Use {
  /** Of all processes, this one included, when they were last added up. */
  known: number;
  /** Of this process: on their way to be added up. */
  sending: number;
  /** Of this process, since then. */
  counted: number;
}

/**
 * Calls per minute and application, over all processes, without a query in any request: each process counts in memory and
 * exchanges its counts about once a second, while there is something to count. An application is refused at once by what
 * its own process knows; what others have taken is known up to two exchanges later, and by that much a quota may be overrun.
 * While the store is away each process holds the quota by itself. Minutes are the database clock's.
 */
export class Quota {
  private readonly clock: SteadyClock;
  private minute = 0;
  private uses = new Map<string, Use>();
  private timer: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(private readonly options: QuotaOptions) {
    this.clock = new SteadyClock(() => this.exchange(), options.host, options.monotonic);
  }

  /** Takes one call, at once and in memory. @throws TroubleError `quota-exceeded` when the minute's are used up; 0 is no quota */
  take({ id, callsPerMinute }: QuotaHolder): void {
    if (callsPerMinute === 0) return;
    const now = this.clock.now();
    const use = this.useOf(id, Math.floor(now / MINUTE_MS));
    if (use.known + use.sending + use.counted >= callsPerMinute) {
      const retryAfterSeconds = Math.ceil((MINUTE_MS - (now % MINUTE_MS)) / 1_000);
      throw new TroubleError({ kind: 'quota-exceeded', retryAfterSeconds });
    }
    use.counted += 1;
    this.schedule(0);
  }

  /** Adds up what is left. @throws nothing: what cannot be added is lost */
  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    if (this.uses.size > 0) await this.sync();
  }

  private useOf(id: string, minute: number): Use {
    if (minute !== this.minute) {
      this.minute = minute;
      this.uses = new Map();
    }
    let use = this.uses.get(id);
    if (use === undefined) this.uses.set(id, (use = { known: 0, sending: 0, counted: 0 }));
    return use;
  }

  private schedule(delayMs: number): void {
    if (this.timer !== undefined || this.closed) return;
    this.timer = setTimeout(() => void this.round(), delayMs);
    this.timer.unref();
  }

  /** Goes on until a minute has passed in which nobody called. */
  private async round(): Promise<void> {
    await this.sync();
    this.timer = undefined;
    if (Math.floor(this.clock.now() / MINUTE_MS) !== this.minute) this.uses = new Map();
    if (this.uses.size > 0) this.schedule(this.options.everyMs ?? 1_000);
  }

  private async sync(): Promise<void> {
    try {
      await this.clock.sync();
    } catch (error) {
      this.options.logger.warn({ err: error }, 'calls could not be added up with those of other processes');
    }
  }

  /** Returns the database's time. */
  private async exchange(): Promise<number> {
    const { minute, uses } = this;
    for (const use of uses.values()) {
      use.sending = use.counted;
      use.counted = 0;
    }
    const sent = new Map([...uses].map(([id, { sending }]) => [id, sending]));
    try {
      const { now, totals } = await this.options.counts.exchange(minute, sent);
      for (const [id, total] of totals) uses.get(id)!.known = total;
      return now;
    } catch (error) {
      for (const use of uses.values()) use.counted += use.sending;
      throw error;
    } finally {
      for (const use of uses.values()) use.sending = 0;
    }
  }
}
