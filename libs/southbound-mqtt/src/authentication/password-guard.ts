import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { sourceOf } from './source-of.js';

/** Somebody shows a password. */
export interface PasswordAttempt {
  /** Whom he claims to be, in one text. */
  readonly claimed: string;
  /** The address that he comes from. */
  readonly address: string;
}

export type AttemptOutcome = 'right' | 'wrong';

export interface PasswordGuardOptions {
  /**
   * `hidden`: a proxy in front shows its own address for everybody's, so that nobody can be told apart from who attacks him, and nothing is
   * held back; the gateway's connect rate is then what limits tries. Default `shown`.
   */
  readonly addresses?: 'shown' | 'hidden';
  /** A clock that never jumps, ms. */
  readonly now?: () => number;
}

const FREE = 5;
const FREE_UNDER_ATTACK = 1;
/** Failures of one device from anywhere that make it a device under attack. */
const ATTACK = 20;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;
const FORGOTTEN_AFTER_MS = 15 * 60_000;
const KNOWN_FOR_MS = 24 * 3_600_000;
const ADDRESS_BURST = 100;
/** How many failures of an address go by in a second once its burst is used up. */
const ADDRESS_PER_SECOND = 2;
/** An address is out for so long at most, once nobody fails from it any more. */
const MAX_DEBT_MS = 30_000;
const MAX_ENTRIES = 10_000;
const MAX_KNOWN = 50_000;

interface Failures {
  count: number;
  /** The last one's time, ms. */
  at: number;
}

/**
 * Lets passwords of devices be tried only so often: by device and address together past five failures with pauses from one second to a
 * minute; by address past a hundred as often as twice a second. A device that is tried from everywhere has no pause of its own, which
 * would lock out the genuine one: from then on an address has one failure free with it, not five. Who was right from an address within a day is
 * held back by failures of his own only, not by what others do from there. A try that is refused is not looked at and counts as nothing.
 *
 * Per process and of bounded size. Failures are counted when they are known; how many may be under way is the gateway's connect rate.
 */
export class PasswordGuard {
  readonly #byPair = new LRUCache<string, Failures>({ max: MAX_ENTRIES });
  readonly #byDevice = new LRUCache<string, Failures>({ max: MAX_ENTRIES });
  readonly #byAddress = new LRUCache<string, Failures>({ max: MAX_ENTRIES });
  readonly #known = new LRUCache<string, number>({ max: MAX_KNOWN });
  readonly #underWay = new Map<string, number>();
  readonly #now: () => number;
  readonly #isBlind: boolean;

  constructor({ addresses = 'shown', now = () => performance.now() }: PasswordGuardOptions = {}) {
    this.#isBlind = addresses === 'hidden';
    this.#now = now;
  }

  /**
   * Has a password looked at, unless it is too early for that, or as many of this device from this address are being looked at already.
   * @param look `undefined` counts as neither right nor wrong, and so does whatever it throws
   * @returns undefined where it did not look
   */
  async attempt<T>(
    attempt: PasswordAttempt,
    look: () => Promise<{ readonly outcome: AttemptOutcome | undefined; readonly value: T }>,
  ): Promise<T | undefined> {
    if (this.#isBlind) return (await look()).value;
    const source = sourceOf(attempt.address);
    const [device, pair] = [digest(attempt.claimed), digest(attempt.claimed, source)];
    const underWay = this.#underWay.get(pair) ?? 0;
    if (underWay >= FREE || this.#isEarly(pair, device, source)) return undefined;
    this.#underWay.set(pair, underWay + 1);
    try {
      const { outcome, value } = await look();
      if (outcome === 'right') this.#right(pair);
      if (outcome === 'wrong') this.#wrong(pair, device, source);
      return value;
    } finally {
      const left = (this.#underWay.get(pair) ?? 1) - 1;
      if (left === 0) this.#underWay.delete(pair);
      else this.#underWay.set(pair, left);
    }
  }

  #isEarly(pair: string, device: string, source: string): boolean {
    const now = this.#now();
    const isKnown = now - (this.#known.get(pair) ?? -Infinity) < KNOWN_FOR_MS;
    const isAttacked = !isKnown && this.#countOf(this.#byDevice, device) >= ATTACK;
    const { at = now } = this.#byPair.get(pair) ?? {};
    const pause = pauseAfter(this.#countOf(this.#byPair, pair) - (isAttacked ? FREE_UNDER_ATTACK : FREE));
    return at + pause > now || (!isKnown && this.#debtOf(source) >= ADDRESS_BURST);
  }

  #wrong(pair: string, device: string, source: string): void {
    const at = this.#now();
    this.#byPair.set(pair, { count: this.#countOf(this.#byPair, pair) + 1, at });
    this.#byDevice.set(device, { count: this.#countOf(this.#byDevice, device) + 1, at });
    const mostDebt = ADDRESS_BURST + (MAX_DEBT_MS / 1_000) * ADDRESS_PER_SECOND;
    this.#byAddress.set(source, { count: Math.min(mostDebt, this.#debtOf(source) + 1), at });
  }

  /** Failures of the address stay: one good device of one's own must not wipe them out. */
  #right(pair: string): void {
    this.#known.set(pair, this.#now());
    this.#byPair.delete(pair);
  }

  #countOf(failures: LRUCache<string, Failures>, key: string): number {
    const { count, at } = failures.get(key) ?? { count: 0, at: 0 };
    return this.#now() - at < FORGOTTEN_AFTER_MS ? count : 0;
  }

  /** What is left of the failures of an address after time has paid for some. */
  #debtOf(source: string): number {
    const { count, at } = this.#byAddress.get(source) ?? { count: 0, at: 0 };
    return Math.max(0, count - ((this.#now() - at) / 1_000) * ADDRESS_PER_SECOND);
  }
}

/** @param over failures past the free ones; below 0 there is no pause */
function pauseAfter(over: number): number {
  return over < 0 ? 0 : Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** over);
}

function digest(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64');
}
