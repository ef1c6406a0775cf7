import type { CommittedFact, FactPointer, FactPublisher, FactRelay, Outbox } from './ports/fact-relay.port.js';

/** What the relay tells an operator. */
export interface RelayObserver {
  /** Facts left to the outbox: the relay is full, or publishing failed. */
  left(count: number, why: 'full' | 'publish-failed', error?: unknown): void;
  /** Published facts whose pointers could not be removed: they will be published once more. */
  notRemoved(count: number, error: unknown): void;
}

/** Tells a log what the relay has to say. */
export function relayLog(logger: { warn(details: object, message: string): void }): RelayObserver {
  return {
    left: (count, why, err) => logger.warn({ count, why, err }, 'facts are left to the outbox'),
    notRemoved: (count, err) =>
      logger.warn({ count, err }, 'published facts could not be removed from the outbox and will come again'),
  };
}

/** What a crash leaves to be published once more is what was published in this time, beside what was under way. */
const REMOVE_EVERY_MS = 25;

/**
 * Publishes committed facts from memory at once and forgets their outbox pointers afterwards. It may lose everything it
 * holds: what it did not publish is still in the outbox and is found by whoever holds the shard (`OutboxSweeper`).
 */
export class OutboxRelay implements FactRelay {
  private held = 0;
  private published: FactPointer[] = [];
  private removing: Promise<void> | undefined;
  private draining = 0;
  private endGathering: () => void = () => undefined;
  private readonly publishing = new Set<Promise<void>>();

  constructor(
    private readonly publisher: FactPublisher,
    private readonly outbox: Outbox,
    private readonly observer: RelayObserver,
    /** Facts in memory at most; 50,000 are about 50 MB. */
    private readonly capacity = 50_000,
  ) {}

  /** Facts handed over and not yet published. */
  get waiting(): number {
    return this.held;
  }

  handOver(facts: readonly CommittedFact[]): void {
    if (this.held + facts.length > this.capacity) return this.observer.left(facts.length, 'full');
    this.held += facts.length;
    const done: Promise<void> = this.publish(facts).finally(() => {
      this.held -= facts.length;
      this.publishing.delete(done);
    });
    this.publishing.add(done);
  }

  /** Resolves when everything handed over so far is published and forgotten, or left to the outbox. */
  async drain(): Promise<void> {
    this.draining += 1;
    this.endGathering();
    while (this.publishing.size > 0) await Promise.all(this.publishing);
    await this.removing;
    this.draining -= 1;
  }

  private async publish(facts: readonly CommittedFact[]): Promise<void> {
    // The callers whose signals these are hear first: encoding the facts of 40 commands takes 1 ms.
    await new Promise((resolve) => setImmediate(resolve));
    try {
      await this.publisher.publish(facts);
    } catch (error) {
      return this.observer.left(facts.length, 'publish-failed', error);
    }
    for (const { commandId, version } of facts) this.published.push({ commandId, version });
    this.removing ??= this.removePublished();
  }

  /**
   * One deletion at a time takes all pointers that have gathered, and more may gather before the next: nobody waits for a
   * deletion, and each costs a round trip. Deleting as fast as Postgres answered was 10 % of an API process at its limit.
   */
  private async removePublished(): Promise<void> {
    while (this.published.length > 0) {
      if (this.draining === 0) await this.gathering();
      const pointers = this.published;
      this.published = [];
      await this.outbox.remove(pointers).catch((error: unknown) => this.observer.notRemoved(pointers.length, error));
    }
    this.removing = undefined;
  }

  private gathering(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, REMOVE_EVERY_MS);
      this.endGathering = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** Publishes what a crashed or overloaded process left behind. */
export class OutboxSweeper {
  constructor(
    private readonly publisher: FactPublisher,
    private readonly outbox: Outbox,
    private readonly options: { olderThanMs: number; limit: number } = { olderThanMs: 5_000, limit: 500 },
  ) {}

  /** One round over these shards; returns how many facts it published. @throws Fault when bus or store are away. */
  async sweep(shards: readonly number[]): Promise<number> {
    const facts = await this.outbox.leftovers(shards, this.options.olderThanMs, this.options.limit);
    if (facts.length === 0) return 0;
    await this.publisher.publish(facts);
    await this.outbox.remove(facts);
    return facts.length;
  }
}
