/** Collects what arrives while a handler runs and hands it over in one call, one call at a time, first come first served. */
export class MergingPump<R> {
  #waiting: R[] = [];
  #running: readonly R[] = [];
  #run: Promise<void> | undefined;
  #stopped = false;
  #roomWanted: (() => void)[] = [];

  constructor(
    private readonly options: {
      readonly maxBatch: number;
      /** Rejects only when the member is leaving; the records then stay unfinished. */
      deliver(records: readonly R[]): Promise<void>;
      delivered(records: readonly R[]): void;
    },
  ) {}

  /** Records taken and not yet handled. */
  get held(): number {
    return this.#waiting.length + this.#running.length;
  }

  push(records: readonly R[]): void {
    for (const record of records) this.#waiting.push(record);
    if (!this.#stopped) this.#run ??= this.#work();
  }

  /** Resolves at the next end of a call, or when nothing runs. */
  async moved(): Promise<void> {
    if (this.#run !== undefined) await new Promise<void>((resolve) => this.#roomWanted.push(resolve));
  }

  /** Forgets what is not yet with the handler. */
  discardWaiting(): void {
    this.#waiting = [];
  }

  /** Starts no call any more. Resolves when the running one has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#run;
  }

  /** After `stop()`: what was taken and not handled, in its order. */
  unfinished(): readonly R[] {
    return [...this.#running, ...this.#waiting];
  }

  async #work(): Promise<void> {
    // Whatever arrives in this turn of the event loop belongs to the first call.
    await Promise.resolve();
    while (this.#waiting.length > 0 && !this.#stopped) {
      this.#running = this.#waiting.splice(0, this.options.maxBatch);
      try {
        await this.options.deliver(this.#running);
      } catch {
        // Only a member that leaves gets here: its records are unfinished and go to somebody else.
        this.#stopped = true;
        break;
      }
      const delivered = this.#running;
      this.#running = [];
      this.options.delivered(delivered);
      this.#tellRoom();
    }
    this.#run = undefined;
    this.#tellRoom();
  }

  #tellRoom(): void {
    for (const resolve of this.#roomWanted.splice(0)) resolve();
  }
}
