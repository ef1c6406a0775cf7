import { availableParallelism } from 'node:os';

/** libuv has four threads unless it is told otherwise; one is left for file and name look-ups. */
const MOST = 3;

/** Costly work of other threads, a few pieces at a time in the order in which they came, so that one core stays with the event loop. */
export class Turns {
  private readonly waiting: (() => void)[] = [];
  private free: number;

  /** @param atOnce pieces under way at most */
  constructor(atOnce: number = Math.min(MOST, Math.max(1, availableParallelism() - 1))) {
    this.free = atOnce;
  }

  /** Runs it when it is its turn; gives what it gives. */
  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.free > 0) this.free -= 1;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.free += 1;
    }
  }
}
