import { z } from 'zod';
import { integer, optionalQuery, text, wireTimeField } from './fields.js';

const MAX_PAGE_SIZE = 1000;

/** The query of Huawei, Querying Device Commands v1.4.0. `endTime` must not lie before `startTime` (its code 100022). */
export const queryCommandsQuery = z
  .object({
    pageNo: optionalQuery(integer(0, 2_147_483_647)),
    pageSize: optionalQuery(integer(1, MAX_PAGE_SIZE)),
    deviceId: optionalQuery(text(64)),
    startTime: optionalQuery(wireTimeField),
    endTime: optionalQuery(wireTimeField),
    appId: optionalQuery(text(64)),
  })
  .refine(({ startTime, endTime }) => startTime === undefined || endTime === undefined || startTime <= endTime, {
    path: ['endTime'],
    message: 'lies before startTime',
  })
  .transform((query) => ({ ...query, pageNo: query.pageNo ?? 0, pageSize: query.pageSize ?? MAX_PAGE_SIZE }));

export type QueryCommandsQuery = z.output<typeof queryCommandsQuery>;

/** The query of the calls that only name an application. */
export const appIdQuery = z.object({ appId: optionalQuery(text(64)) });
