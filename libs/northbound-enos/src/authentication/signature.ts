import { createHash, timingSafeEqual } from 'node:crypto';

/** What a caller signs of a request (EnOS, Invoking API with Access Token). */
export interface SignedRequest {
  readonly accessToken: string;
  /** The decoded parameters of the query; of one that is repeated the first value counts, as in the vendor's sample. */
  readonly query: Readonly<Record<string, unknown>>;
  /** The body's bytes as they came; none without a body. */
  readonly body: Buffer;
  /** ms since 1970, as the caller wrote it. */
  readonly timestamp: string;
}

/**
 * SHA-256 over token, parameters by ASCII order with their values, body, timestamp and secret, without anything between
 * them; 64 lower-case hex digits.
 */
export function signatureOf({ accessToken, query, body, timestamp }: SignedRequest, appSecret: string): string {
  const parameters = Object.keys(query)
    .sort()
    .map((name) => name + firstOf(query[name]))
    .join('');
  return createHash('sha256')
    .update(accessToken + parameters, 'utf8')
    .update(body)
    .update(timestamp + appSecret, 'utf8')
    .digest('hex');
}

/** SHA-256 over key, timestamp and secret; 64 lower-case hex digits (EnOS, Get Access Token). */
export function encryptionOf(appKey: string, timestamp: string, appSecret: string): string {
  return createHash('sha256')
    .update(appKey + timestamp + appSecret, 'utf8')
    .digest('hex');
}

const HEX_DIGEST = /^[0-9a-f]{64}$/;

/** Compares hex digests in constant time. Only the documented spelling is taken: 64 hex digits, lower case. */
export function isSameDigest(given: string, expected: string): boolean {
  if (!HEX_DIGEST.test(given)) return false;
  return timingSafeEqual(Buffer.from(given, 'latin1'), Buffer.from(expected, 'latin1'));
}

function firstOf(value: unknown): string {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' ? first : '';
}
