/**
 * Takes turns among keys: each key has its own queue and its own number of items under way, and every key with work
 * is served once before any is served twice. A key that is full or at its cap costs the others nothing.
 */
export class FairQueue<T> {
  private readonly lines = new Map<string, Line<T>>();
  /** Keys with waiting items and room under their cap, in the order in which they are served. */
  private readonly turns: string[] = [];

  constructor(private readonly caps: { readonly underWay: number; readonly waiting: number }) {}

  /** Appends; false when the key already has as many waiting as it may. */
  add(key: string, item: T): boolean {
    const line = this.lines.get(key) ?? { waiting: [], underWay: 0, inTurn: false };
    if (line.waiting.length >= this.caps.waiting) return false;
    this.lines.set(key, line);
    line.waiting.push(item);
    this.giveTurn(key, line);
    return true;
  }

  /** How many more may wait for this key. */
  roomFor(key: string): number {
    return this.caps.waiting - (this.lines.get(key)?.waiting.length ?? 0);
  }

  /** The next item, now under way, or undefined when nobody may go. Each taken item is handed to `done` later. */
  take(): { key: string; item: T } | undefined {
    const key = this.turns.shift();
    if (key === undefined) return undefined;
    const line = this.lines.get(key)!;
    line.inTurn = false;
    const item = line.waiting.shift()!;
    line.underWay += 1;
    this.giveTurn(key, line);
    return { key, item };
  }

  done(key: string): void {
    const line = this.lines.get(key)!;
    line.underWay -= 1;
    this.giveTurn(key, line);
    if (line.underWay === 0 && line.waiting.length === 0) this.lines.delete(key);
  }

  /** Takes out everything that waits. */
  clear(): T[] {
    const waiting = [...this.lines.values()].flatMap((line) => line.waiting.splice(0));
    for (const line of this.lines.values()) line.inTurn = false;
    this.turns.length = 0;
    return waiting;
  }

  private giveTurn(key: string, line: Line<T>): void {
    if (line.inTurn || line.waiting.length === 0 || line.underWay >= this.caps.underWay) return;
    line.inTurn = true;
    this.turns.push(key);
  }
}

interface Line<T> {
  readonly waiting: T[];
  underWay: number;
  inTurn: boolean;
}
