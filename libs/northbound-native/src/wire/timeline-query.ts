import { z } from 'zod';
import { applicationId, deviceId, digits, instant, spelled, spellingOf } from './fields.js';
import { cursorMember } from './page-query.js';

/** `status=sent&status=delivered` and `status=sent,delivered` say the same. */
const listOf = <T extends z.ZodType>(item: T) =>
  spelled(
    z.preprocess((value) => [value].flat().flatMap((one) => String(one).split(',')), z.array(item)),
    { type: 'array', items: spellingOf(item) },
  );

/** Members of the query of a list that is ordered by time; `from` (inclusive) and `until` (exclusive) bound when its entries were made. */
export const timelineMembers = <Status extends z.ZodType>(status: Status) => ({
  application: applicationId.optional(),
  deviceId: deviceId.optional(),
  status: listOf(status).optional(),
  from: instant.optional(),
  until: instant.optional(),
  limit: digits(1, 1000).default(100),
  offset: digits(0, 1_000_000).optional(),
  cursor: cursorMember.optional(),
});

/** A page begins behind a cursor, or at a number of entries. */
export const ONE_BEGINNING: [(query: { offset?: unknown; cursor?: unknown }) => boolean, object] = [
  ({ offset, cursor }) => offset === undefined || cursor === undefined,
  { path: ['offset'], message: 'offset and cursor exclude each other' },
];

interface TimelineQuery<Status> {
  readonly deviceId?: string | undefined;
  readonly status?: readonly Status[] | undefined;
  readonly from?: number | undefined;
  readonly until?: number | undefined;
}

/** What the query narrows a list by, in the words of the engine's readers. */
export function narrowedBy<Status>({ deviceId: device, status, from, until }: TimelineQuery<Status>) {
  return {
    ...(device !== undefined && { deviceId: device }),
    ...(status !== undefined && { statuses: status }),
    ...(from !== undefined && { from }),
    ...(until !== undefined && { until }),
  };
}
