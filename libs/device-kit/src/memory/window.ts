import type { Answer } from '../command.js';
import type { Remembered } from './execution-memory.js';

/** The newest commands, oldest first; those beyond `most` are forgotten. */
export class Window {
  readonly #commands = new Map<string, Remembered>();
  epoch = 0;

  constructor(readonly most: number) {
    if (!Number.isSafeInteger(most) || most < 1) throw new RangeError('a window holds one command at least');
  }

  find(id: string): Remembered | undefined {
    return this.#commands.get(id);
  }

  all(): readonly Remembered[] {
    return [...this.#commands.values()];
  }

  begin(id: string): void {
    this.#commands.set(id, { id, told: false });
    if (this.#commands.size > this.most) this.#commands.delete(this.#commands.keys().next().value!);
  }

  finish(id: string, answer: Answer): void {
    this.#commands.set(id, { id, answer, told: false });
  }

  markTold(id: string): void {
    const known = this.#commands.get(id);
    if (known) this.#commands.set(id, { ...known, told: true });
  }

  nextEpoch(now: number): number {
    this.epoch = Math.max(this.epoch + 1, now);
    return this.epoch;
  }
}
