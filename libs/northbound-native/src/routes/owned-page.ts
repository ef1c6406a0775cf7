import type { Page } from '@downlink/command-engine';
import type { z } from 'zod';
import { problem } from '../errors/problem.js';
import { pageOf, readCursor, type AskedList } from '../wire/cursor.js';
import { idKey, type pageQuery } from '../wire/page-query.js';

interface Listing<T> {
  find(page: Page): Promise<readonly T[]>;
  key(entry: T): string;
  view(entry: T): object;
}

/**
 * A page of a list that is ordered by id, behind a cursor or behind the id in `after`.
 * @throws Problem `validation-failed` for both at once, or a cursor of another list
 */
export async function pageById<T>(
  list: AskedList,
  { limit, cursor, after }: Pick<z.output<typeof pageQuery>, 'limit' | 'cursor' | 'after'>,
  { find, key, view }: Listing<T>,
): Promise<{ items: object[]; next: string | null }> {
  if (cursor !== undefined && after !== undefined) {
    throw problem('validation-failed', { errors: [{ path: 'after', message: 'after and cursor exclude each other' }] });
  }
  const last = cursor === undefined ? after : readCursor(list, cursor, idKey);
  const entries = await find({ limit: limit + 1, ...(last !== undefined && { after: last }) });
  const { items, next } = pageOf(list, entries, { limit, key });
  return { items: items.map(view), next };
}
