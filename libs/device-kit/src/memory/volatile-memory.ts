import type { Answer } from '../command.js';
import type { ExecutionMemory, Remembered } from './execution-memory.js';
import { DEFAULT_WINDOW } from './file-memory.js';
import { Window } from './window.js';

/** Remembers as long as the process lives: for devices without storage, which may execute a command again after a restart. */
export class VolatileMemory implements ExecutionMemory {
  readonly #window: Window;

  /** @param most commands that it remembers */
  constructor(most = DEFAULT_WINDOW) {
    this.#window = new Window(most);
  }

  async open(): Promise<void> {}

  find(id: string): Remembered | undefined {
    return this.#window.find(id);
  }

  untold(): readonly Remembered[] {
    return this.#window.all().filter(({ told }) => !told);
  }

  async begin(id: string): Promise<void> {
    this.#window.begin(id);
  }

  async finish(id: string, answer: Answer): Promise<void> {
    this.#window.finish(id, answer);
  }

  async markTold(id: string): Promise<void> {
    this.#window.markTold(id);
  }

  async nextEpoch(now: number): Promise<number> {
    return this.#window.nextEpoch(now);
  }

  async close(): Promise<void> {}
}
