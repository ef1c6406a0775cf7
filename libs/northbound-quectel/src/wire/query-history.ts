import { z } from 'zod';
import { integer, optionalQuery, text } from './fields.js';

const DEFAULT_PAGE_SIZE = 10;
/** Ours: the document names no bound. */
export const MAX_PAGE_SIZE = 100;
const MAX_TIME = 8_640_000_000_000_000;
const time = optionalQuery(integer(0, MAX_TIME));
const key = optionalQuery(text(128));

/** The query of Quectel, Query Device Data History; `ticket` is ours. `endDateTimp` is spelled so. */
export const historyQuery = z
  .object({
    productKey: key,
    deviceKey: key,
    deviceId: key,
    ticket: optionalQuery(text(64)),
    beginDateTimp: time,
    endDateTimp: time,
    direction: optionalQuery(integer(1, 2)),
    sendStatus: optionalQuery(integer(-1, 1)),
    pageNum: optionalQuery(integer(1, 2_147_483_647)),
    pageSize: optionalQuery(integer(1, MAX_PAGE_SIZE)),
  })
  .refine(({ beginDateTimp: begin, endDateTimp: end }) => begin === undefined || end === undefined || begin <= end, {
    path: ['endDateTimp'],
    message: 'lies before beginDateTimp',
  })
  .transform((query) => ({ ...query, pageNum: query.pageNum ?? 1, pageSize: query.pageSize ?? DEFAULT_PAGE_SIZE }));

export type HistoryQuery = z.output<typeof historyQuery>;

export const productQuery = z.object({ productKey: key });
