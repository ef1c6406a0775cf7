import { LRUCache } from 'lru-cache';

export interface CredentialCacheOptions {
  /** Credentials remembered at most; some 200 bytes each. */
  readonly maxEntries?: number;
  /** How long a credential is believed without asking again, in ms; at most 5,000. */
  readonly ttlMs?: number;
}

const LONGEST_TTL_MS = 5_000;
/** How exactly an entry's age is known; asking the clock for each look-up costs more than the look-up. */
const TTL_RESOLUTION_MS = 100;

/**
 * Remembers for a few seconds whom a credential (token, key) belongs to, so that a request does not cost a query. What it
 * may cost: a token that another process has replaced or revoked is believed here for up to `ttlMs` more. Look-ups of the
 * same credential that meet share one query. Wrong credentials are remembered too, in a cache of their own, so that a
 * flood of them neither reaches the database each time nor pushes good ones out.
 */
export class CredentialCache<T extends object> {
  private readonly good: LRUCache<string, T>;
  private readonly wrong: LRUCache<string, true>;
  private readonly asking = new Map<string, Promise<T | undefined>>();

  /** @param load asks the store; undefined when the credential is wrong. May throw a Fault, which is passed on and not remembered. */
  constructor(
    private readonly load: (credential: string) => Promise<T | undefined>,
    options: CredentialCacheOptions = {},
  ) {
    const max = options.maxEntries ?? 10_000;
    const ttl = Math.min(options.ttlMs ?? LONGEST_TTL_MS, LONGEST_TTL_MS);
    this.good = new LRUCache({ max, ttl, ttlResolution: TTL_RESOLUTION_MS });
    this.wrong = new LRUCache({ max: Math.ceil(max / 10), ttl, ttlResolution: TTL_RESOLUTION_MS });
  }

  /** The owner, at once when remembered; undefined when the credential is wrong. @throws Fault of the store. */
  find(credential: string): T | Promise<T | undefined> | undefined {
    const known = this.good.get(credential);
    if (known !== undefined) return known;
    if (this.wrong.has(credential)) return undefined;
    return this.asking.get(credential) ?? this.ask(credential);
  }

  /** The owner when it is remembered; undefined says nothing about the credential. */
  remembered(credential: string): T | undefined {
    return this.good.get(credential);
  }

  /** Forgets every credential whose owner `which` accepts: it was replaced or revoked by this process. */
  forget(which: (owner: T) => boolean): void {
    const gone = [...this.good.entries()].filter(([, owner]) => which(owner));
    for (const [credential] of gone) this.good.delete(credential);
  }

  private async ask(credential: string): Promise<T | undefined> {
    const answer = this.load(credential);
    this.asking.set(credential, answer);
    try {
      const owner = await answer;
      if (owner === undefined) this.wrong.set(credential, true);
      else this.good.set(credential, owner);
      return owner;
    } finally {
      this.asking.delete(credential);
    }
  }
}
