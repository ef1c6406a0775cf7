import { firstCommandIdAt, timeOfCommandId, type CommandId } from '@downlink/command-domain';
import type { CommandQuery, Head } from '@downlink/command-engine';
import type { Pool } from 'pg';
import { headOf, HEAD_COLUMNS, type StoredHead } from '../commands/head-row.js';
import { countedPage } from './counted-page.js';

/**
 * A command's id is made shortly before it is accepted. A day's margin covers any clock and any retry, and still lets a
 * search by time leave out the other days' partitions.
 */
const MARGIN_MS = 86_400_000;

/** One page and the number of all that match, newest id first. */
export async function searchCommands(pool: Pool, query: CommandQuery): Promise<{ heads: Head[]; total: number }> {
  const { applicationId, deviceId, statuses, from, until, limit, offset } = query;
  const { rows, total } = await countedPage<StoredHead>(pool, {
    table: 'command',
    columns: HEAD_COLUMNS,
    key: 'command_id',
    conditions: (parameter) => [
      `application_id = ${parameter(applicationId)}`,
      deviceId !== undefined && `device_id = ${parameter(deviceId)}`,
      statuses !== undefined && `status = any(${parameter(statuses)}::text[])`,
      from !== undefined && `accepted_at >= ${parameter(wholeMs(from))}`,
      from !== undefined && `command_id >= ${parameter(firstCommandIdAt(wholeMs(from) - MARGIN_MS))}`,
      until !== undefined && `accepted_at < ${parameter(wholeMs(until))}`,
      until !== undefined && `command_id < ${parameter(firstCommandIdAt(wholeMs(until) + MARGIN_MS))}`,
    ],
    limit,
    offset,
  });
  return { heads: rows.map(headOf), total };
}

/** Callers may ask for any time; ids end in 2079. */
const LAST_MS = timeOfCommandId('9223372036854775807' as CommandId) - MARGIN_MS;
const wholeMs = (ms: number) => Math.max(0, Math.min(Math.ceil(ms), LAST_MS));
