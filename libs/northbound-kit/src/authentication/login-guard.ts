import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { TroubleError } from '../dialect/trouble-error.js';
import { sourceOf } from './source-of.js';

/** Somebody shows a secret. */
export interface LoginAttempt {
  readonly dialect: string;
  /** Whose secret it claims to be: appId, appKey, user name; the key itself where keys have no names. Kept as a digest only. */
  readonly keyId: string;
  /** The address that the request came from. */
  readonly address: string;
}

/** Failures that are counted together, and how many of them go by without a pause. */
interface Rule {
  readonly countedBy: (attempt: LoginAttempt) => string;
  readonly free: number;
  /** Does not hold back a key that was right from this address lately. */
  readonly sparesKnown: boolean;
}

const byPair = ({ dialect, keyId, address }: LoginAttempt): string => digest(dialect, keyId, sourceOf(address));

const RULES: readonly Rule[] = [
  { countedBy: byPair, free: 5, sparesKnown: false },
  { countedBy: ({ dialect, keyId }) => digest(dialect, keyId), free: 20, sparesKnown: true },
  { countedBy: ({ address }) => sourceOf(address), free: 100, sparesKnown: true },
];

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;
const FORGOTTEN_AFTER_MS = 15 * 60_000;
const KNOWN_FOR_MS = 24 * 3_600_000;
/** Of each rule. */
const MAX_ENTRIES = 10_000;

interface Failures {
  count: number;
  /** The last one's time. */
  at: number;
}

/**
 * Lets secrets be tried only so often. Failures are counted by key and address together, by key, and by address; past some
 * that are free, each makes the next try wait twice as long, a minute at most. A try during the pause is refused without a
 * look at the secret and does not lengthen the pause, so that nobody is kept out for ever. A key that was right from its
 * address within a day is held back only by failures of this key from this address, not by what others do with either.
 * Tokens that were issued before have nothing to do with all this.
 *
 * Per process and of bounded size: n replicas give an attacker n times the tries, which brings nobody nearer to a secret
 * worth the name, and counts in the database would turn a flood of wrong secrets into a flood of writes.
 */
export class LoginGuard {
  private readonly counters = RULES.map((rule) => ({
    rule,
    failures: new LRUCache<string, Failures>({ max: MAX_ENTRIES }),
  }));
  private readonly known = new LRUCache<string, number>({ max: MAX_ENTRIES });
  /** The last one under way, by key and address. */
  private readonly turns = new Map<string, Promise<unknown>>();

  /** @param now a clock that never jumps, in ms */
  constructor(private readonly now: () => number = () => performance.now()) {}

  /**
   * Looks at a secret, unless it is too early for that. Of the same key from the same address one at a time: sixty clients with the
   * right secret at once must all be let in, and of a thousand with wrong ones only those that are free.
   * @param verify gives the owner, undefined when the secret is wrong
   * @throws TroubleError `too-many-attempts`; whatever `verify` throws, which counts as no failure
   */
  async attempt<T>(
    attempt: LoginAttempt,
    verify: () => T | undefined | Promise<T | undefined>,
  ): Promise<T | undefined> {
    const pair = byPair(attempt);
    const before = this.turns.get(pair) ?? Promise.resolve();
    const mine = before.then(() => this.look(attempt, verify));
    const over = mine.then(nothing, nothing);
    this.turns.set(pair, over);
    try {
      return await mine;
    } finally {
      if (this.turns.get(pair) === over) this.turns.delete(pair);
    }
  }

  private async look<T>(
    attempt: LoginAttempt,
    verify: () => T | undefined | Promise<T | undefined>,
  ): Promise<T | undefined> {
    this.refuseDuringPause(attempt);
    // Counted as a failure until it proves right, or of a thousand keys at once a thousand would get by.
    const counted = this.counters.map((counter) => this.count(counter, attempt));
    let wrong = false;
    try {
      const owner = await verify();
      wrong = owner === undefined;
      if (!wrong) this.remember(attempt);
      return owner;
    } finally {
      if (!wrong) for (const failures of counted) failures.count -= 1;
    }
  }

  private refuseDuringPause(attempt: LoginAttempt): void {
    const now = this.now();
    const knownAt = this.known.get(byPair(attempt));
    const isKnown = knownAt !== undefined && now - knownAt < KNOWN_FOR_MS;
    const waits = this.counters.map(({ rule, failures }) => {
      if (rule.sparesKnown && isKnown) return 0;
      const { count, at } = failures.get(rule.countedBy(attempt)) ?? { count: 0, at: now };
      return at + pauseAfter(count, rule.free) - now;
    });
    const waitMs = Math.max(...waits);
    if (waitMs <= 0) return;
    throw new TroubleError({ kind: 'too-many-attempts', retryAfterSeconds: Math.ceil(waitMs / 1_000) });
  }

  private count({ rule, failures }: LoginGuard['counters'][number], attempt: LoginAttempt): Failures {
    const now = this.now();
    const key = rule.countedBy(attempt);
    const before = failures.get(key);
    const entry = before && now - before.at < FORGOTTEN_AFTER_MS ? before : { count: 0, at: now };
    entry.count += 1;
    entry.at = now;
    failures.set(key, entry);
    return entry;
  }

  /** Failures from this address stay: one good key of one's own must not wipe them out. */
  private remember(attempt: LoginAttempt): void {
    this.known.set(byPair(attempt), this.now());
    this.counters[0]!.failures.delete(byPair(attempt));
  }
}

/** How a turn ended is the caller's business, and not that of the next one. */
function nothing(): void {}

function pauseAfter(count: number, free: number): number {
  return count < free ? 0 : Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (count - free));
}

function digest(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64');
}
