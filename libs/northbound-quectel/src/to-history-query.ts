import type { AcceptedStatus } from '@downlink/command-domain';
import type { CommandQuery, Device } from '@downlink/command-engine';
import { statusesShownAs, type SendStatus } from './status-map.js';
import type { HistoryQuery } from './wire/query-history.js';

/** `direction`: 1 up, 2 down; without one the commands are shown (ours). */
export const UP = 1;

/** Commands that a device has answered. */
const ANSWERED: readonly AcceptedStatus[] = ['succeeded', 'failed'];

/** A query in canonical words: a device's commands, or those that it has answered. Both ends of the time belong to it. */
export function toHistoryQuery(query: HistoryQuery, { id, applicationId }: Device): CommandQuery {
  const { beginDateTimp, endDateTimp, pageNum, pageSize } = query;
  const statuses = statusesOf(query);
  return {
    applicationId,
    deviceId: id,
    ...(statuses !== undefined && { statuses }),
    ...(beginDateTimp !== undefined && { from: beginDateTimp }),
    ...(endDateTimp !== undefined && { until: endDateTimp + 1 }),
    offset: (pageNum - 1) * pageSize,
    limit: pageSize,
  };
}

/** What came up was sent; no answer is shown as anything else. */
function statusesOf({ direction, sendStatus }: HistoryQuery): readonly AcceptedStatus[] | undefined {
  if (direction !== UP) return sendStatus === undefined ? undefined : statusesShownAs(sendStatus as SendStatus);
  return sendStatus === undefined || sendStatus === 1 ? ANSWERED : [];
}
