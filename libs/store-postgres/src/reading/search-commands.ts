import { firstCommandIdAt, timeOfCommandId, type CommandId } from '@downlink/command-domain';
import type { CommandQuery, Head } from '@downlink/command-engine';
import type { Pool } from 'pg';
import { headOf, HEAD_COLUMNS, type StoredHead } from '../commands/head-row.js';
import { asFault } from '../pools/pg-fault.js';

/**
 * A command's id is made shortly before it is accepted. A day's margin covers any clock and any retry, and still lets a
 * search by time leave out the other days' partitions.
 */
const MARGIN_MS = 86_400_000;

/** One page and the number of all that match, newest id first, both from one snapshot. */
export async function searchCommands(pool: Pool, query: CommandQuery): Promise<{ heads: Head[]; total: number }> {
  const values: unknown[] = [];
  const parameter = (value: unknown) => `$${String(values.push(value))}`;
  const filter = conditions(query, parameter).join(' and ');
  const text = `select total.count, page.* from (select count(*)::int as count from command where ${filter}) as total
    left join lateral (
      select ${HEAD_COLUMNS} from command where ${filter}
      order by command_id desc limit ${parameter(query.limit)} offset ${parameter(query.offset)}
    ) as page on true`;
  const { rows } = await asFault(pool.query<{ count: number } & (StoredHead | { command_id: null })>({ text, values }));
  const heads = rows.flatMap((row) => (row.command_id === null ? [] : [headOf(row)]));
  return { heads, total: rows[0]!.count };
}

/** Not a prepared statement: with the values at hand the planner picks the index and the partitions that fit them. */
function conditions(query: CommandQuery, parameter: (value: unknown) => string): string[] {
  const { applicationId, deviceId, statuses, from, until } = query;
  return [
    `application_id = ${parameter(applicationId)}`,
    deviceId === undefined ? '' : `device_id = ${parameter(deviceId)}`,
    statuses === undefined ? '' : `status = any(${parameter(statuses)}::text[])`,
    from === undefined ? '' : `accepted_at >= ${parameter(wholeMs(from))}`,
    from === undefined ? '' : `command_id >= ${parameter(firstCommandIdAt(wholeMs(from) - MARGIN_MS))}`,
    until === undefined ? '' : `accepted_at < ${parameter(wholeMs(until))}`,
    until === undefined ? '' : `command_id < ${parameter(firstCommandIdAt(wholeMs(until) + MARGIN_MS))}`,
  ].filter((condition) => condition !== '');
}

/** Callers may ask for any time; ids end in 2079. */
const LAST_MS = timeOfCommandId('9223372036854775807' as CommandId) - MARGIN_MS;
const wholeMs = (ms: number) => Math.max(0, Math.min(Math.ceil(ms), LAST_MS));
