import { createHash } from 'node:crypto';

/** A strong entity tag (RFC 9110 §8.8.3) of what is about to be sent: the same bytes, the same tag. */
export function entityTag(body: string): string {
  return `"${createHash('sha1').update(body).digest('base64url')}"`;
}

/** Whether the caller has it already, by its `If-None-Match` (RFC 9110 §13.1.2: weak comparison, `*` is anything). */
export function isHeldBy(ifNoneMatch: string | undefined, tag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch.split(',').some((held) => [tag, '*'].includes(held.trim().replace(/^W\//, '')));
}
