import { makeCommandId, MAX_SEQUENCE, type CommandId } from '@downlink/command-domain';
import { Fault, isFault } from './fault.js';
import type { CommandIds } from './ports/command-ids.port.js';
import type { WorkerLease, WorkerNumbers } from './ports/worker-numbers.port.js';

export interface LeasedCommandIdsOptions {
  /** This process, for people who look at the leases; made unique in here. */
  readonly owner: string;
  /** How long a lease lasts, in ms; renewed every third of it. Default 60,000. */
  readonly ttlMs?: number;
  /** A clock that never jumps, in ms from any origin. Default `performance.now`. */
  readonly monotonic?: () => number;
  /** Told of each renewal that failed; it is tried again, and ids are made until the lease ends. */
  readonly onRenewalFailed?: (error: unknown) => void;
}

/**
 * Ids made from the time, a leased worker number and a running number (4096 per ms; beyond that the next ms is borrowed).
 * The time is the database's clock as of the last lease plus what has gone by since; the host's own clock does not matter.
 * No id carries a time past the end of the lease, and no number is given to another before that: uniqueness needs no clocks
 * that agree, only a database whose answers are ordered.
 */
export class LeasedCommandIds implements CommandIds {
  private readonly owner: string;
  private readonly ttlMs: number;
  private readonly monotonic: () => number;
  private lease: WorkerLease | undefined;
  /** The database's clock minus the monotonic one. */
  private offset = 0;
  private lastMs = 0;
  private sequence = MAX_SEQUENCE;
  private failure: unknown;
  private timer: NodeJS.Timeout | undefined;
  private renewal: Promise<void> = Promise.resolve();
  private running = false;

  constructor(
    private readonly numbers: WorkerNumbers,
    private readonly options: LeasedCommandIdsOptions,
  ) {
    // Two processes that go by one name (a container that was started again) must not renew each other's number.
    this.owner = `${options.owner} ${globalThis.crypto.randomUUID()}`;
    this.ttlMs = options.ttlMs ?? 60_000;
    this.monotonic = options.monotonic ?? (() => performance.now());
  }

  /** Leases a number and keeps it until `stop`. @throws Fault of the store, or `worker-numbers-exhausted`; may be called again then. */
  async start(): Promise<void> {
    await this.take();
    this.running = true;
    this.schedule(this.ttlMs / 3);
  }

  /** Makes no more ids and hands the number back. @throws Fault of the store; the lease then lapses by itself. */
  async stop(): Promise<void> {
    this.running = false;
    clearTimeout(this.timer);
    await this.renewal;
    const { lease } = this;
    this.lease = undefined;
    if (lease) await this.numbers.release(this.owner, lease.worker);
  }

  /** See the port. */
  next(): CommandId {
    const { lease } = this;
    if (!lease) throw this.lost('there is no worker number: not started, stopped, or taken by another');
    const now = Math.floor(this.offset + this.monotonic());
    if (now > this.lastMs) {
      this.lastMs = now;
      this.sequence = 0;
    } else if (this.sequence < MAX_SEQUENCE) {
      this.sequence += 1;
    } else {
      this.lastMs += 1;
      this.sequence = 0;
    }
    if (this.lastMs >= lease.validUntil) throw this.lost('the lease of the worker number has ended without renewal');
    return makeCommandId(this.lastMs, lease.worker, this.sequence);
  }

  private async take(): Promise<void> {
    const asked = this.monotonic();
    const lease = await this.numbers.lease(this.owner, this.ttlMs, this.lease?.worker);
    // The database looked at its clock somewhere in between: wrong by half the round trip at most.
    this.offset = lease.now - (asked + this.monotonic()) / 2;
    // Under another number the next id must be of a later ms, or it could be smaller than the last one.
    if (lease.worker !== this.lease?.worker) this.sequence = MAX_SEQUENCE;
    this.lease = lease;
    this.failure = undefined;
  }

  private schedule(delayMs: number): void {
    if (!this.running) return;
    this.timer = setTimeout(() => {
      this.renewal = this.renew();
    }, delayMs);
    this.timer.unref();
  }

  private async renew(): Promise<void> {
    try {
      await this.take();
      this.schedule(this.ttlMs / 3);
    } catch (error) {
      this.failure = error;
      this.options.onRenewalFailed?.(error);
      const taken = isFault(error) && error.code === 'worker-number-lost';
      if (taken) this.lease = undefined;
      this.schedule(taken ? 0 : this.ttlMs / 12);
    }
  }

  private lost(why: string): Fault {
    return new Fault('worker-number-lost', why, { retryable: true, cause: this.failure });
  }
}
