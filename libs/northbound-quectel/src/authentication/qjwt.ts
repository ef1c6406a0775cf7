import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a token of this dialect says. */
export interface TokenClaims {
  readonly applicationId: string;
  /** The store's own token, which alone decides whether this one is valid. */
  readonly opaque: string;
  /** ms since 1970 */
  readonly issuedAt: number;
  readonly expiresAt: number;
}

const HEADER = encode({ alg: 'HS256', typ: 'JWT' });
/** Longer ones are nobody's. */
const MAX_LENGTH = 2_048;
const SCHEME = 'QJWT ';

/**
 * A token in the shape that the vendor's have: `QJWT`, a blank, a JWT. The same claims give the same text. It is signed with
 * the opaque token itself: nobody but its holder could change a letter of it, and we keep no key.
 */
export function writeToken({ applicationId, opaque, issuedAt, expiresAt }: TokenClaims): string {
  const claims = { sub: applicationId, iat: seconds(issuedAt), exp: seconds(expiresAt), jti: opaque };
  const content = `${HEADER}.${encode(claims)}`;
  return `${SCHEME}${content}.${signatureOf(content, opaque).toString('base64url')}`;
}

/** The opaque token in a token as it came, with or without the word QJWT; undefined when it is none of ours or was changed. */
export function opaqueIn(token: string): string | undefined {
  if (token.length > MAX_LENGTH) return undefined;
  const [header, payload, signature, ...more] = withoutScheme(token).split('.');
  if (header !== HEADER || payload === undefined || signature === undefined || more.length > 0) return undefined;
  const opaque = jtiOf(payload);
  if (opaque === undefined) return undefined;
  const given = Buffer.from(signature);
  const right = Buffer.from(signatureOf(`${header}.${payload}`, opaque).toString('base64url'));
  return given.length === right.length && timingSafeEqual(given, right) ? opaque : undefined;
}

function withoutScheme(token: string): string {
  return token.startsWith(SCHEME) ? token.slice(SCHEME.length) : token;
}

function jtiOf(payload: string): string | undefined {
  let claims: unknown;
  try {
    claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
  } catch {
    // Not JSON: a token of somebody else's, which the caller is told.
    return undefined;
  }
  const jti = typeof claims === 'object' && claims !== null ? (claims as { jti?: unknown }).jti : undefined;
  return typeof jti === 'string' && jti !== '' ? jti : undefined;
}

function signatureOf(content: string, opaque: string): Buffer {
  return createHmac('sha256', opaque).update(content).digest();
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}
