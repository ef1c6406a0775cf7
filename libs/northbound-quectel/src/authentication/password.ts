import { createHash, timingSafeEqual } from 'node:crypto';

/** The password of a login: the SHA-256, in lower-case hex digits, of the plain user name followed by the access secret. */
export function passwordOf(username: string, accessSecret: string): string {
  return createHash('sha256').update(username).update(accessSecret).digest('hex');
}

/** Compares in constant time. */
export function isPassword(password: string, username: string, accessSecret: string): boolean {
  const given = Buffer.from(password);
  const right = Buffer.from(passwordOf(username, accessSecret));
  return given.length === right.length && timingSafeEqual(given, right);
}
