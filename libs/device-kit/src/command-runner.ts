import type { Answer, Command } from './command.js';
import type { OnEvent } from './events.js';
import { failureCodes, type Handlers } from './handlers.js';
import type { ExecutionMemory } from './memory/execution-memory.js';

export interface RunnerOptions {
  readonly memory: ExecutionMemory;
  readonly handlers: Handlers;
  readonly acknowledge: (id: string) => void;
  readonly answer: (id: string, answer: Answer) => void;
  /** The device's clock, ms of the Unix epoch. */
  readonly now: () => number;
  /** Commands that may wait behind the one that is executed. */
  readonly mostWaiting: number;
  readonly onEvent: OnEvent;
}

/** Executes commands one after the other, each once: remembered before it is acknowledged, acknowledged before it is executed. */
export class CommandRunner {
  readonly #waiting: Command[] = [];
  #running: Promise<void> | undefined;
  #stopping = false;

  constructor(private readonly options: RunnerOptions) {}

  /**
   * Answers for what a former process had begun: it is not known how far it came. What was answered and not told is told.
   * Before the first `take`.
   */
  async recover(): Promise<void> {
    const { memory } = this.options;
    for (const { id, answer } of memory.untold()) {
      const said: Answer = answer ?? { outcome: 'failed', code: failureCodes.interrupted };
      if (answer === undefined) await memory.finish(id, said);
      this.options.answer(id, said);
    }
  }

  /**
   * Takes a command. Resolves when the broker may forget it: it has begun durably, it waits behind another one, or it is not to be
   * executed at all. Rejects never.
   */
  async take(command: Command): Promise<void> {
    const { id } = command;
    const known = this.options.memory.find(id);
    if (known) {
      this.options.onEvent({ kind: 'repeated', id });
      if (known.answer) this.options.answer(id, known.answer);
      else this.options.acknowledge(id);
    } else if (!this.#prolong(command) && this.#isTakeable(command)) {
      this.#waiting.push(command);
      if (this.#running === undefined) await this.#begin();
    }
  }

  /** Takes nothing more, and resolves when what was under way has been answered. What waits is left to the platform's next attempt. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#waiting.splice(0);
    await this.#running;
  }

  /** A later attempt of one that waits brings a later deadline. */
  #prolong(command: Command): boolean {
    const at = this.#waiting.findIndex(({ id }) => id === command.id);
    if (at < 0) return false;
    this.options.onEvent({ kind: 'repeated', id: command.id });
    if (command.deadline > this.#waiting[at]!.deadline) this.#waiting[at] = command;
    return true;
  }

  #isTakeable(command: Command): boolean {
    if (this.#stopping || this.#isTooLate(command)) return false;
    if (this.#waiting.length < this.options.mostWaiting) return true;
    this.options.onEvent({ kind: 'crowded', id: command.id });
    return false;
  }

  #isTooLate({ id, deadline }: Command): boolean {
    if (this.options.now() <= deadline) return false;
    this.options.onEvent({ kind: 'too-late', id });
    return true;
  }

  /** Begins with what waits longest and resolves when that is remembered; the rest goes on behind. */
  async #begin(): Promise<void> {
    const command = this.#waiting.shift();
    if (command === undefined) {
      this.#running = undefined;
      return;
    }
    const begun = this.#remember(command);
    this.#running = begun.then((isBegun) => (isBegun ? this.#execute(command) : undefined)).then(() => this.#begin());
    await begun;
  }

  async #remember(command: Command): Promise<boolean> {
    // Looked at again: it may have waited.
    if (this.#isTooLate(command)) return false;
    return this.#keep(command.id, () => this.options.memory.begin(command.id));
  }

  async #execute(command: Command): Promise<void> {
    const { memory, handlers, acknowledge, answer, onEvent } = this.options;
    const { id } = command;
    acknowledge(id);
    const said = await handlers.run(command, (error) => onEvent({ kind: 'handler-failed', id, error }));
    await this.#keep(id, () => memory.finish(id, said));
    answer(id, said);
  }

  async #keep(id: string, work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      this.options.onEvent({ kind: 'memory-failed', id, error });
      return false;
    }
  }
}
