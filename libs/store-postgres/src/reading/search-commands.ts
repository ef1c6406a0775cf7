import { firstCommandIdAt, timeOfCommandId, type CommandId } from '@downlink/command-domain';
import { PROPERTIES, type CommandQuery, type Head, type PageOfCommandsQuery } from '@downlink/command-engine';
import type { Pool } from 'pg';
import { headOf, HEAD_COLUMNS, type StoredHead } from '../commands/head-row.js';
import { isStorable } from '../registry/check-declaration.js';
import { countedPage, page } from './pages.js';

/**
 * A command's id is made shortly before it is accepted. A day's margin covers any clock and any retry, and still lets a
 * search by time leave out the other days' partitions.
 */
const MARGIN_MS = 86_400_000;

/**
 * One page by id and, unless it was not asked for, the number of all that match.
 *
 * In a log of 100,000 commands, 90,000 of them the application's (2026-11-22, warm): a page behind a cursor anywhere 0.06 ms,
 * by device 0.2 ms, by 100 of 2,000 devices 0.6 ms, by one of 20 services 0.3 ms; the same page by offset 40,000 24 ms, the
 * count 17 ms, with a filter by service 47 ms. A filter by service, method or status that nothing fits walks all of them, 35 ms:
 * an index for each would cost every submission more than these reads save; `from` and `until` bound it.
 */
export async function searchCommands(
  pool: Pool,
  query: CommandQuery | PageOfCommandsQuery,
): Promise<{ heads: Head[]; total?: number }> {
  const { order = 'newest', after, limit, offset = 0 } = query;
  const question = {
    table: 'command',
    columns: HEAD_COLUMNS,
    key: 'command_id',
    order,
    ...(after !== undefined && { after }),
    conditions: (parameter: Parameter) => conditionsOf(query, parameter),
    limit,
    offset,
  };
  if (query.count === false) return { heads: (await page<StoredHead>(pool, question)).map(headOf) };
  const { rows, total } = await countedPage<StoredHead>(pool, question);
  return { heads: rows.map(headOf), total };
}

type Parameter = (value: unknown) => string;

function conditionsOf(query: CommandQuery | PageOfCommandsQuery, parameter: Parameter): readonly (string | false)[] {
  const { applicationId, deviceId, deviceIds, statuses, services, methods, from, until } = query;
  const anyOf = (what: string, list: readonly string[] | undefined) =>
    list !== undefined && `${what} = any(${parameter(list.filter(isStorable))}::text[])`;
  return [
    `application_id = ${parameter(applicationId)}`,
    deviceId !== undefined && `device_id = ${parameter(deviceId)}`,
    anyOf('device_id', deviceIds),
    anyOf('status', statuses),
    anyOf("request ->> 'service'", services),
    anyOf("request ->> 'method'", methods),
    query.targets !== undefined && targeted(query.targets, parameter),
    from !== undefined && `accepted_at >= ${parameter(wholeMs(from))}`,
    from !== undefined && `command_id >= ${parameter(firstCommandIdAt(wholeMs(from) - MARGIN_MS))}`,
    until !== undefined && `accepted_at < ${parameter(wholeMs(until))}`,
    until !== undefined && `command_id < ${parameter(firstCommandIdAt(wholeMs(until) + MARGIN_MS))}`,
  ];
}

function targeted({ services, properties }: NonNullable<CommandQuery['targets']>, parameter: Parameter): string {
  const listed = (names: readonly string[]) => `${parameter(names.filter(isStorable))}::text[]`;
  return `(request ->> 'service' = any(${listed(services)})
    or request ->> 'service' = '${PROPERTIES}' and request -> 'parameters' ?| ${listed(properties)})`;
}

/** Callers may ask for any time; ids end in 2079. */
const LAST_MS = timeOfCommandId('9223372036854775807' as CommandId) - MARGIN_MS;
const wholeMs = (ms: number) => Math.max(0, Math.min(Math.ceil(ms), LAST_MS));
