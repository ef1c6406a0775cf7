import { LRUCache } from 'lru-cache';

export interface DirectoryOptions {
  /** Entries remembered at most. */
  readonly maxEntries?: number;
  /** How long an entry is believed, in ms. */
  readonly ttlMs?: number;
}

/** How exactly an entry's age is known; asking the clock for each look-up costs more than the look-up. */
const TTL_RESOLUTION_MS = 100;

interface Waiting<T> {
  readonly promise: Promise<T | undefined>;
  readonly settle: { resolve(value: T | undefined): void; reject(error: unknown): void };
}

/**
 * Look-ups by id that cost no query while the entry is fresh, and together one query per turn of the event loop when it is
 * not. What is unknown is asked again each time: a device must be usable at once after its registration.
 */
export class Directory<T extends object> {
  private readonly known: LRUCache<string, T>;
  private waiting = new Map<string, Waiting<T>>();

  /** @param load one query for any number of ids; unknown ones are absent. May throw a Fault. */
  constructor(
    private readonly load: (ids: readonly string[]) => Promise<ReadonlyMap<string, T>>,
    options: DirectoryOptions = {},
  ) {
    this.known = new LRUCache({
      max: options.maxEntries ?? 50_000,
      ttl: options.ttlMs ?? 5_000,
      ttlResolution: TTL_RESOLUTION_MS,
    });
  }

  /** The entry, at once when remembered; undefined when there is none. @throws Fault of the store. */
  find(id: string): T | Promise<T | undefined> {
    return this.known.get(id) ?? this.waiting.get(id)?.promise ?? this.enlist(id);
  }

  /** To be called after a change made by this process; other processes see it when their entries age. */
  forget(ids: Iterable<string>): void {
    for (const id of ids) this.known.delete(id);
  }

  private enlist(id: string): Promise<T | undefined> {
    let settle!: Waiting<T>['settle'];
    const promise = new Promise<T | undefined>((resolve, reject) => (settle = { resolve, reject }));
    // Not a microtask: the requests of one turn arrive in macrotasks of their sockets.
    if (this.waiting.size === 0) setImmediate(() => void this.ask());
    this.waiting.set(id, { promise, settle });
    return promise;
  }

  clear(): void {
    this.known.clear();
  }

  private async ask(): Promise<void> {
    const asked = this.waiting;
    this.waiting = new Map();
    try {
      const found = await this.load([...asked.keys()]);
      for (const [id, entry] of found) this.known.set(id, entry);
      for (const [id, { settle }] of asked) settle.resolve(found.get(id));
    } catch (error) {
      for (const { settle } of asked.values()) settle.reject(error);
    }
  }
}
