import { createHmac, randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { Turns } from './turns.js';

/**
 * What a new hash costs: 2^9 × 8 × 128 bytes and 1 ms of a core (see the README). It stands within each hash, so it can be raised
 * at any time; hashes made before keep theirs until their secret is written anew.
 */
const COST: Cost = { ln: 9, r: 8, p: 1 };
const SALT_BYTES = 16;
const HASH_BYTES = 32;
const FORM = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,3}),p=(\d{1,2}),keyid=([0-9a-f]{8})\$([\w-]+)\$([\w-]+)$/;
/** Verified secrets that are remembered, of about 200 bytes each. */
const MAX_VERIFIED = 20_000;

interface Cost {
  /** The binary logarithm of N. */
  readonly ln: number;
  readonly r: number;
  readonly p: number;
}

/** How secrets are kept that devices send as they are. */
export interface SecretHashes {
  /** A hash with a salt of its own, in the PHC string format: `$scrypt$ln=9,r=8,p=1,keyid=…$salt$hash`. */
  hash(secret: string): Promise<string>;
  /**
   * Whether this is the secret; in constant time. What was right is remembered under an HMAC of secret and hash, by a random key of this
   * process: the hash is part of it, so a changed secret is not accepted even once.
   * @throws what `unreadable` makes, for hashes of another key and texts that are none
   */
  matches(secret: string, hash: string): Promise<boolean>;
}

/** Whether what is stored is such a hash. */
export function isSecretHash(stored: string): boolean {
  return stored.startsWith('$scrypt$');
}

/**
 * @param pepper keys what is hashed, so that a copy of the database alone cannot even be guessed at; `keyId` names the secrets key it comes from
 */
export function createSecretHashes(
  { pepper, keyId }: { readonly pepper: Buffer; readonly keyId: string },
  unreadable: (why: string) => Error,
): SecretHashes {
  const turns = new Turns();
  const verified = new LRUCache<string, true>({ max: MAX_VERIFIED });
  const processKey = randomBytes(32);
  const derive = (secret: string, salt: Buffer, cost: Cost, bytes: number) =>
    turns.take(() => deriveKey(createHmac('sha256', pepper).update(secret).digest(), salt, cost, bytes));
  return {
    hash: async (secret) => {
      const salt = randomBytes(SALT_BYTES);
      const derived = await derive(secret, salt, COST, HASH_BYTES);
      const { ln, r, p } = COST;
      return `$scrypt$ln=${ln},r=${r},p=${p},keyid=${keyId}$${salt.toString('base64url')}$${derived.toString('base64url')}`;
    },
    matches: async (secret, hash) => {
      const memo = createHmac('sha256', processKey).update(`${hash}\0${secret}`).digest('base64url');
      if (verified.get(memo)) return true;
      const [, ln, r, p, hashedBy, salt, expected] = FORM.exec(hash) ?? [];
      if (salt === undefined || expected === undefined) throw unreadable('it is no hash');
      if (hashedBy !== keyId) throw unreadable(`hashed under key ${String(hashedBy)}, this process has ${keyId}`);
      const bytes = Buffer.from(expected, 'base64url');
      const cost = { ln: Number(ln), r: Number(r), p: Number(p) };
      const derived = await derive(secret, Buffer.from(salt, 'base64url'), cost, bytes.length);
      if (!timingSafeEqual(derived, bytes)) return false;
      verified.set(memo, true);
      return true;
    },
  };
}

function deriveKey(secret: Buffer, salt: Buffer, { ln, r, p }: Cost, bytes: number): Promise<Buffer> {
  const N = 2 ** ln;
  const options: ScryptOptions = { N, r, p, maxmem: 128 * r * (N + p + 2) };
  return new Promise((resolve, reject) =>
    scrypt(secret, salt, bytes, options, (error, derived) => (error ? reject(error) : resolve(derived))),
  );
}
