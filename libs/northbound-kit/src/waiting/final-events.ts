import { randomUUID } from 'node:crypto';
import { FINAL_STATUSES, type AcceptedStatus, type CommandId } from '@downlink/command-domain';
import { Fault, isFault, type CommandReader, type Head } from '@downlink/command-engine';
import type { NorthboundLogger } from '../http/error-responder.js';
import { TailUse, type FactTail } from './tail-use.js';
import { isReached, WaitingCalls, type WaitedFor } from './waiting-calls.js';

export interface FinalEventsOptions {
  readonly reader: Pick<CommandReader, 'finalHeads' | 'head'>;
  readonly logger: Pick<NorthboundLogger, 'warn'>;
  /** Calls held at once, at most. Default 1,000. */
  readonly capacity?: number;
  /** How often the heads of all waiting commands are looked at while anybody waits, in ms. Default 1,000. */
  readonly sweepEveryMs?: number;
  /** How long facts are listened to after the last call has ended, in ms. Default 60,000. */
  readonly lingerMs?: number;
}

/** What is heard of a fact: its headers. */
export interface HeardFact {
  readonly commandId: CommandId;
  /** The command's status after it. */
  readonly status: AcceptedStatus;
  readonly waiter?: string;
  /** Whose command it is. */
  readonly deviceId?: string;
}

/** Somebody who hears of every fact for a while, to know where to look. Quick, and never throws. */
export interface Hearer {
  heard(fact: HeardFact): void;
  /** Facts of before this moment may have been missed. */
  listening(): void;
  /** The process stops: no more is heard. */
  close(): void;
}

/** How long a call waits. */
export interface Patience {
  /** On the monotonic clock of this process (`performance.now()`), ms. */
  readonly until: number;
  /** Aborted when the caller has gone away. */
  readonly signal: AbortSignal;
  /** Default `final`. With `delivered` the call ends as soon as the device has acknowledged receipt. */
  readonly waitedFor?: WaitedFor;
}

/**
 * `final`: the command is final, or delivered where that was waited for. `time`: the wait is over, or the process stops. `gone`: nobody
 * is there to be answered.
 */
export interface Held {
  readonly head: Head;
  readonly ended: 'final' | 'time' | 'gone';
}

/** What a call can wait for. */
const HEARD: ReadonlySet<string> = new Set<AcceptedStatus>(['delivered', ...FINAL_STATUSES]);

/** Facts of commands for which nobody waits yet, remembered until their calls come to wait. */
const REMEMBERED = 10_000;

/**
 * The waiting room of synchronous calls: holds a request until its command's final event, whichever process wrote it. Facts
 * from the bus only say where to look; the truth is read from the store. What the bus does not bring (away, slow, a fact of
 * before this process listened) is found by a look at all waiting commands once a second. It keeps nothing that is lost by
 * a restart: the command lives on, and a retry of the call finds its outcome.
 */
export class FinalEvents {
  /** Names this process on the commands that are waited for here; a new name with each start. */
  readonly waiter = `api-${randomUUID()}`;
  /** What a tail of the facts is opened with. */
  readonly listener = {
    wants: (status: string): boolean => this.hearers.size > 0 || HEARD.has(status),
    onFact: (fact: HeardFact, deviceId?: string): void =>
      this.heard(deviceId === undefined ? fact : { ...fact, deviceId }),
    onListening: (): void => this.listening(),
  } as const;
  /** How calls that reached a final state were ended. */
  readonly counts = { byFact: 0, bySweep: 0 };

  private readonly calls = new WaitingCalls();
  private readonly hearers = new Set<Hearer>();
  private readonly recent = new Set<CommandId>();
  private readonly tail: TailUse;
  private woken = new Set<CommandId>();
  private sweeping: NodeJS.Timeout | undefined;
  private places = 0;
  private closed = false;
  private away = false;

  constructor(private readonly options: FinalEventsOptions) {
    this.tail = new TailUse(options.lingerMs ?? 60_000);
  }

  /** Calls that are held now. */
  get held(): number {
    return this.places;
  }

  /** Where facts come from: they are listened to while somebody waits. Facts then go to `heard`. */
  listenTo(tail: FactTail): void {
    this.tail.attach(tail);
  }

  /**
   * Submits a command and waits for its final event.
   * @param submit is given the name that the command's request carries as `waiter`, and gives the command as it was committed
   * @returns the command as it stands at the end of the wait
   * @throws Fault `too-many-waiting` (retryable) before anything is submitted, when all places are taken; what `submit` throws
   */
  async hold(patience: Patience, submit: (waiter: string) => Promise<Head>): Promise<Held> {
    const leave = this.enter();
    try {
      const accepted = await submit(this.waiter);
      const waitedFor = patience.waitedFor ?? 'final';
      if (isReached(accepted.state, waitedFor)) return { head: accepted, ended: 'final' };
      const final = await this.wait(accepted.commandId, patience);
      if (final !== undefined) return { head: final, ended: 'final' };
      if (patience.signal.aborted) return { head: accepted, ended: 'gone' };
      const head = await this.asItStands(accepted);
      return { head, ended: isReached(head.state, waitedFor) ? 'final' : 'time' };
    } finally {
      leave();
    }
  }

  /** The command once it is what was waited for; undefined when the time is over, the caller has gone or the process stops first. */
  wait(commandId: CommandId, { until, ...patience }: Patience): Promise<Head | undefined> {
    const withinMs = until - performance.now();
    if (this.closed || patience.signal.aborted || withinMs <= 0) return Promise.resolve(undefined);
    const outcome = this.calls.add(commandId, { withinMs, ...patience });
    if (this.recent.delete(commandId)) this.look(commandId);
    this.sweepSoon();
    return outcome;
  }

  /** Lets somebody hear of all facts until he leaves. Whoever comes while the process stops is closed at once. */
  attend(hearer: Hearer): () => void {
    if (this.closed) {
      hearer.close();
      return () => {};
    }
    this.hearers.add(hearer);
    this.tail.use();
    return () => {
      if (this.hearers.delete(hearer)) this.restUnlessUsed();
    };
  }

  /** A fact from the bus. Cheap, and never throws. */
  heard(fact: HeardFact): void {
    for (const hearer of this.hearers) hearer.heard(fact);
    const { commandId, status, waiter } = fact;
    if (!HEARD.has(status)) return;
    if (this.calls.has(commandId)) {
      if (status !== 'delivered' || this.calls.awaitsDelivery(commandId)) this.look(commandId);
      return;
    }
    if (waiter === this.waiter) this.remember(commandId);
  }

  /** The tail is at the end of the facts only from now on: what happened before is looked up at once. */
  listening(): void {
    for (const hearer of this.hearers) hearer.listening();
    void this.sweep();
  }

  /** Ends every wait with the state as it stands; later ones end at once. */
  close(): void {
    this.closed = true;
    clearTimeout(this.sweeping);
    this.tail.end();
    this.calls.endAll();
    for (const hearer of this.hearers) hearer.close();
  }

  private enter(): () => void {
    const capacity = this.options.capacity ?? 1_000;
    if (this.places >= capacity) {
      throw new Fault('too-many-waiting', `${String(capacity)} calls wait already`, { retryable: true });
    }
    this.places += 1;
    this.tail.use();
    return () => {
      this.places -= 1;
      this.restUnlessUsed();
    };
  }

  private restUnlessUsed(): void {
    if (this.places === 0 && this.hearers.size === 0) this.tail.unused();
  }

  /** After acceptance a store that is away is no reason to fail the call: what is known is told. */
  private async asItStands(accepted: Head): Promise<Head> {
    try {
      return (await this.options.reader.head(accepted.commandId)) ?? accepted;
    } catch (error) {
      if (!isFault(error) || !error.retryable) throw error;
      return accepted;
    }
  }

  private remember(commandId: CommandId): void {
    this.recent.add(commandId);
    if (this.recent.size <= REMEMBERED) return;
    const [oldest] = this.recent;
    this.recent.delete(oldest!);
  }

  /** Whatever is heard in this turn of the event loop is read with one statement. */
  private look(commandId: CommandId): void {
    if (this.woken.size === 0) setImmediate(() => void this.readWoken());
    this.woken.add(commandId);
  }

  private async readWoken(): Promise<void> {
    const ids = [...this.woken];
    this.woken = new Set();
    await this.deliver(ids, 'byFact');
  }

  private sweepSoon(): void {
    this.sweeping ??= setTimeout(() => void this.sweep(), this.options.sweepEveryMs ?? 1_000);
  }

  private async sweep(): Promise<void> {
    clearTimeout(this.sweeping);
    this.sweeping = undefined;
    await this.deliver(this.calls.commandIds(), 'bySweep');
    if (!this.closed && this.calls.size > 0) this.sweepSoon();
  }

  /** Reads these commands and ends the calls of those that are what was waited for. A store that is away is asked again by the next sweep. */
  private async deliver(ids: readonly CommandId[], how: 'byFact' | 'bySweep'): Promise<void> {
    if (ids.length === 0) return;
    try {
      const some = ids.some((id) => this.calls.awaitsDelivery(id));
      const heads = await this.options.reader.finalHeads(ids, some ? 'delivered' : undefined);
      this.away = false;
      for (const head of heads) this.counts[how] += this.calls.end(head);
    } catch (err) {
      if (!this.away) this.options.logger.warn({ err, waiting: this.calls.size }, 'cannot look at waiting commands');
      this.away = true;
    }
  }
}
