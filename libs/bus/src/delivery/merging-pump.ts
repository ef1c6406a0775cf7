/** One call of the handler. */
interface Call<R> {
  readonly records: readonly R[];
  ended: boolean;
}

export interface MergingPumpOptions<R> {
  /** Records in one call at most. */
  readonly maxBatch: number;
  /** Another call begins while fewer records than this are with the handler. 1: one call at a time. */
  readonly overlapBelow: number;
  /** Records of one key are never with two calls at once. */
  keyOf(record: R): string;
  /** Rejects only when the member is leaving; the records then stay unfinished. */
  deliver(records: readonly R[]): Promise<void>;
  /** Told in the order in which the calls began, whichever ended first. */
  delivered(records: readonly R[]): void;
}

/**
 * Collects what arrives while a handler runs and hands it over in one call, first come first served. Calls overlap only
 * while little is under way: then a lone record need not wait for another one's round trips, and under load calls are few
 * and large.
 */
export class MergingPump<R> {
  #waiting: R[] = [];
  /** In the order in which they began; those that ended behind one that runs stay until it has ended. */
  #calls: Call<R>[] = [];
  readonly #busy = new Set<string>();
  #underWay = 0;
  #pumpDue = false;
  #stopped = false;
  #whenIdle: (() => void)[] = [];

  constructor(private readonly options: MergingPumpOptions<R>) {}

  /** Records taken and not yet reported as handled, also those that only wait for a call before theirs. */
  get held(): number {
    return this.#calls.reduce((sum, { records }) => sum + records.length, this.#waiting.length);
  }

  push(records: readonly R[]): void {
    for (const record of records) this.#waiting.push(record);
    this.#pumpSoon();
  }

  /** Forgets what is not yet with the handler. */
  discardWaiting(): void {
    this.#waiting = [];
  }

  /** Starts no call any more. Resolves when those that run have ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#underWay > 0) await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
  }

  /** After `stop()`: what was taken and not handled, in its order. */
  unfinished(): readonly R[] {
    return [...this.#calls.flatMap(({ records }) => records), ...this.#waiting];
  }

  /** Whatever arrives in this turn of the event loop belongs to one call. */
  #pumpSoon(): void {
    if (this.#pumpDue) return;
    this.#pumpDue = true;
    queueMicrotask(() => {
      this.#pumpDue = false;
      this.#pump();
    });
  }

  #pump(): void {
    while (!this.#stopped && this.#underWay < this.options.overlapBelow) {
      const records = this.#take();
      if (records.length === 0) return;
      void this.#run(records);
    }
  }

  /** The longest waiting ones, up to the first whose key is under way: passing it over would turn the order around. */
  #take(): readonly R[] {
    const { maxBatch, keyOf } = this.options;
    const most = Math.min(this.#waiting.length, maxBatch);
    let count = 0;
    while (count < most && !(this.#busy.size > 0 && this.#busy.has(keyOf(this.#waiting[count]!)))) count += 1;
    return this.#waiting.splice(0, count);
  }

  async #run(records: readonly R[]): Promise<void> {
    const { keyOf, deliver } = this.options;
    const call: Call<R> = { records, ended: false };
    this.#calls.push(call);
    this.#underWay += records.length;
    const keys = this.options.overlapBelow > 1 ? new Set(records.map(keyOf)) : [];
    for (const key of keys) this.#busy.add(key);
    try {
      await deliver(records);
      call.ended = true;
    } catch {
      // Only a member that leaves gets here: its records are unfinished and go to somebody else.
      this.#stopped = true;
    }
    this.#underWay -= records.length;
    for (const key of keys) this.#busy.delete(key);
    this.#tellEnded();
    if (this.#underWay === 0) for (const resolve of this.#whenIdle.splice(0)) resolve();
    this.#pump();
  }

  #tellEnded(): void {
    while (this.#calls[0]?.ended === true) this.options.delivered(this.#calls.shift()!.records);
  }
}
