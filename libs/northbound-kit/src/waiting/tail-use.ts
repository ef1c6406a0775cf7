/** A source of facts that is listened to only while somebody waits: a process without synchronous calls pays nothing for them. */
export interface FactTail {
  /** Begin at what is newest now. */
  listen(): void;
  /** Nothing more is wanted for now. */
  rest(): void;
}

/** Keeps the tail listening from the first call until some time after the last. */
export class TailUse {
  private tail: FactTail | undefined;
  private used = false;
  private resting: NodeJS.Timeout | undefined;

  constructor(private readonly lingerMs: number) {}

  attach(tail: FactTail): void {
    this.tail = tail;
    if (this.used) tail.listen();
  }

  use(): void {
    clearTimeout(this.resting);
    this.resting = undefined;
    if (this.used) return;
    this.used = true;
    this.tail?.listen();
  }

  unused(): void {
    this.resting = setTimeout(() => this.end(), this.lingerMs);
    this.resting.unref();
  }

  end(): void {
    clearTimeout(this.resting);
    if (!this.used) return;
    this.used = false;
    this.tail?.rest();
  }
}
