/** As many questions in one query; there may be thousands after an outage. */
const MAX_AT_ONCE = 1_000;

interface Asked<Q, A> {
  readonly question: Q;
  resolve(answer: A): void;
  reject(error: unknown): void;
}

/**
 * Questions of many callers in one query: one query is under way, and what is asked meanwhile goes out together right after it. Nobody waits for more
 * questions to come. Nothing is remembered.
 */
export class SharedLookups<Q, A> {
  readonly #load: (questions: readonly Q[]) => Promise<readonly A[]>;
  #asked: Asked<Q, A>[] = [];
  #busy = false;

  /** @param load as many answers as questions, in their order */
  constructor(load: (questions: readonly Q[]) => Promise<readonly A[]>) {
    this.#load = load;
  }

  /** @throws whatever `load` throws, to all who asked together */
  ask(question: Q): Promise<A> {
    return new Promise((resolve, reject) => {
      this.#asked.push({ question, resolve, reject });
      if (this.#busy) return;
      this.#busy = true;
      // Not a microtask: what arrives in one turn of the event loop arrives in macrotasks of its sockets.
      setImmediate(() => void this.#work());
    });
  }

  async #work(): Promise<void> {
    while (this.#asked.length > 0) await this.#answer(this.#asked.splice(0, MAX_AT_ONCE));
    this.#busy = false;
  }

  async #answer(asked: readonly Asked<Q, A>[]): Promise<void> {
    try {
      const answers = await this.#load(asked.map(({ question }) => question));
      asked.forEach(({ resolve }, at) => resolve(answers[at]!));
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
  }
}
