import { z } from 'zod';
import { integer, optional, text } from './fields.js';

/** "The maximum records per page is 200" (EnOS, Search Product, Search Device); for commands no number is documented: the same. */
export const MAX_PAGE_SIZE = 200;
/** Of products and devices where none is asked for (EnOS, Search Product, Search Device). */
export const REGISTRY_PAGE_SIZE = 10;
const MAX_PATHS = 100;

const sorter = z.object({
  field: text(64),
  order: optional(z.enum(['ASC', 'DESC'], { error: 'expected ASC or DESC' })),
});

/** A page of a search (EnOS, Pagination Request Struct): pages count from 1, and both numbers are mandatory. */
const pagination = z.object({
  pageNo: integer(1, 2_147_483_647),
  pageSize: integer(1, MAX_PAGE_SIZE),
  sorters: optional(z.array(sorter).max(1, { error: 'expected one sorter at most' })),
});

export const searchBody = z.object({
  expression: optional(z.string({ error: 'expected a text' })),
  pagination: optional(pagination),
  projection: optional(z.array(text(256)).max(MAX_PATHS)),
});

export type SearchBody = z.output<typeof searchBody>;

/** What a search asks for of its page, with the call's default where it asks for nothing. */
export interface WantedPage {
  readonly pageNo: number;
  readonly pageSize: number;
  readonly offset: number;
}

export function pageOf({ pagination: wanted }: SearchBody, defaultSize: number): WantedPage {
  const { pageNo, pageSize } = wanted ?? { pageNo: 1, pageSize: defaultSize };
  return { pageNo, pageSize, offset: (pageNo - 1) * pageSize };
}
