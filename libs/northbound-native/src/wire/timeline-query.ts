import { z } from 'zod';
import { deviceId, digits, instant } from './fields.js';

/** `status=sent&status=delivered` and `status=sent,delivered` say the same. */
const listOf = <T extends z.ZodType>(item: T) =>
  z.preprocess((value) => [value].flat().flatMap((one) => String(one).split(',')), z.array(item));

/** Query of a list that is ordered by time, newest first; `from` (inclusive) and `until` (exclusive) bound when its entries were made. */
export const timelineQuery = <Status extends z.ZodType>(status: Status) =>
  z.strictObject({
    deviceId: deviceId.optional(),
    status: listOf(status).optional(),
    from: instant.optional(),
    until: instant.optional(),
    limit: digits(1, 1000).default(100),
    offset: digits(0, 1_000_000).default(0),
  });

interface TimelineQuery<Status> {
  readonly deviceId?: string | undefined;
  readonly status?: readonly Status[] | undefined;
  readonly from?: number | undefined;
  readonly until?: number | undefined;
  readonly limit: number;
  readonly offset: number;
}

/** The query in the words of the engine's readers, about one application. */
export function searchOf<Status>(
  { deviceId: device, status, from, until, limit, offset }: TimelineQuery<Status>,
  applicationId: string,
) {
  return {
    applicationId,
    ...(device !== undefined && { deviceId: device }),
    ...(status !== undefined && { statuses: status }),
    ...(from !== undefined && { from }),
    ...(until !== undefined && { until }),
    limit,
    offset,
  };
}
