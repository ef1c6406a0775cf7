import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import { Fault } from '@downlink/command-engine';
import { createSecretHashes, type SecretHashes } from './secret-hash.js';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Keeps secrets unreadable to whoever reads the database. One configured key, from which one key per use is derived
 * (HKDF-SHA256, RFC 5869), so that no two uses share key material.
 */
export interface SecretBox {
  /**
   * HMAC-SHA256, 32 bytes: the same secret always gives the same digest, so it can be looked up. Good for secrets with the
   * strength of a key; chosen secrets are protected by the key that the database does not hold.
   */
  digest(secret: string): Buffer;
  /** Whether this is the secret behind the digest; in constant time. */
  matches(secret: string, digest: Buffer): boolean;
  /** AES-256-GCM. `context` (such as `device:d1`) is authenticated: what was sealed for one row does not open in another. */
  seal(secret: string, context: string): string;
  /** @throws Fault `secret-unreadable` (not retryable): sealed under another key, for another context, or tampered with. */
  open(sealed: string, context: string): string;
  /** For secrets that are sent as they are, and so never needed in plain. */
  readonly hashes: SecretHashes;
}

/** @param secretsKey 32 bytes, base64 or base64url. @throws Fault `secrets-key-invalid` (not retryable) */
export function createSecretBox(secretsKey: string): SecretBox {
  const key = Buffer.from(secretsKey, 'base64');
  if (key.length !== KEY_BYTES) {
    throw new Fault('secrets-key-invalid', `the secrets key has ${key.length} bytes in place of ${KEY_BYTES}`, {
      retryable: false,
    });
  }
  const digestKey = derive(key, 'digest');
  const sealKey = derive(key, 'seal');
  // Names the key without telling anything about it, for the day on which there are two.
  const keyId = derive(key, 'key id').subarray(0, 4).toString('hex');
  const digest = (secret: string) => createHmac('sha256', digestKey).update(secret).digest();
  return {
    digest,
    matches: (secret, expected) => {
      const actual = digest(secret);
      return actual.length === expected.length && timingSafeEqual(actual, expected);
    },
    seal: (secret, context) => `${keyId}.${encrypt(sealKey, secret, context)}`,
    open: (sealed, context) => {
      const [sealedBy, ciphertext] = sealed.split('.', 2);
      if (sealedBy !== keyId || ciphertext === undefined) {
        throw unreadable(context, `sealed under key ${String(sealedBy)}, this process has ${keyId}`);
      }
      return decrypt(sealKey, ciphertext, context);
    },
    hashes: createSecretHashes({ pepper: derive(key, 'device hash'), keyId }, (why) => unreadable('a device', why)),
  };
}

/** For processes that have no business with secrets. Everything throws Fault `secrets-key-missing` (not retryable). */
export const noSecretBox: SecretBox = {
  digest: noKey,
  matches: noKey,
  seal: noKey,
  open: noKey,
  // Promises are refused, not thrown at whoever asks for one.
  hashes: { hash: async () => noKey(), matches: async () => noKey() },
};

function noKey(): never {
  throw new Fault('secrets-key-missing', 'this process was started without a secrets key', { retryable: false });
}

function derive(key: Buffer, use: string): Buffer {
  return Buffer.from(hkdfSync('sha256', key, '', `downlink ${use} v1`, KEY_BYTES));
}

function encrypt(key: Buffer, secret: string, context: string): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context));
  const ciphertext = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), ciphertext]).toString('base64url');
}

function decrypt(key: Buffer, sealed: string, context: string): string {
  const bytes = Buffer.from(sealed, 'base64url');
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
      .setAAD(Buffer.from(context))
      .setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    return decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
  } catch (cause) {
    throw unreadable(context, 'sealed for something else, or changed since', cause);
  }
}

function unreadable(context: string, why: string, cause?: unknown): Fault {
  return new Fault('secret-unreadable', `the secret of ${context} cannot be opened: ${why}`, {
    retryable: false,
    cause,
  });
}
