import { createHash, timingSafeEqual } from 'node:crypto';
import type { z } from 'zod';
import { problem } from '../errors/problem.js';

/** Bytes of the digest that ties a cursor to its list; against mix-ups, not against forgers, who gain nothing by it. */
const CHECK_BYTES = 9;

/**
 * A list as a caller asked for it: which one, whose, and what it is narrowed by. A cursor belongs to that and to nothing else; how
 * long its pages are may change on the way.
 */
export type AskedList = readonly [list: string, scope: string | undefined, filters?: object];

/** The place behind the entry with this key: opaque to callers, good for as long as the list is asked for in the same way. */
export function writeCursor(list: AskedList, key: string): string {
  return Buffer.concat([checkOf(list, key), Buffer.from(key)]).toString('base64url');
}

/** The key in a cursor. @throws Problem `validation-failed` for a cursor that this list did not give */
export function readCursor<T>(list: AskedList, cursor: string, key: z.ZodType<T>): T {
  const bytes = Buffer.from(cursor, 'base64url');
  const parsed = key.safeParse(bytes.subarray(CHECK_BYTES).toString());
  const isOurs = bytes.length > CHECK_BYTES && parsed.success && isChecked(list, bytes);
  // Only one spelling of a cursor is one: base64 readers pass over what they do not know.
  if (isOurs && bytes.toString('base64url') === cursor) return parsed.data;
  throw problem('validation-failed', { errors: [{ path: 'cursor', message: 'is no cursor of this list' }] });
}

/** The entries of a page and where the next one begins; `entries` holds one more than the page where there is more. */
export function pageOf<T>(
  list: AskedList,
  entries: readonly T[],
  { limit, key }: { limit: number; key: (entry: T) => string },
): { readonly items: readonly T[]; readonly next: string | null } {
  const items = entries.slice(0, limit);
  return { items, next: entries.length > limit ? writeCursor(list, key(items.at(-1)!)) : null };
}

function isChecked(list: AskedList, bytes: Buffer): boolean {
  return timingSafeEqual(bytes.subarray(0, CHECK_BYTES), checkOf(list, bytes.subarray(CHECK_BYTES).toString()));
}

function checkOf([list, scope, filters = {}]: AskedList, key: string): Buffer {
  const narrowed = Object.entries(filters)
    .filter(([, value]) => value !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1));
  const text = JSON.stringify([list, scope ?? null, narrowed, key]);
  return createHash('sha256').update(text).digest().subarray(0, CHECK_BYTES);
}
