import type { Delivery, NewDelivery } from '@downlink/command-engine';
import type { Pool } from 'pg';
import { arraysOf, unnested } from '../commands/column-arrays.js';
import { commandIdOf } from '../commands/head-row.js';
import { asFault } from '../pools/pg-fault.js';
import { shardOf } from '../shard-of.js';

const COLUMNS = {
  command_id: 'bigint',
  version: 'integer',
  shard: 'smallint',
  application_id: 'text',
  device_id: 'text',
  url: 'text',
  content_type: 'text',
  body: 'text',
} as const;

/**
 * Stores deliveries and claims those that no earlier delivery of their command holds back; one statement, durable when it
 * returns. What is there already is neither changed nor claimed: it belongs to whoever stored it, or comes due.
 */
export async function enqueueDeliveries(
  pool: Pool,
  deliveries: readonly NewDelivery[],
  claimMs: number,
): Promise<Delivery[]> {
  const unique = new Map(deliveries.map((delivery) => [keyOf(delivery.commandId, delivery.version), delivery]));
  const rows = [...unique.values()].map((delivery) => ({
    command_id: delivery.commandId,
    version: delivery.version,
    shard: shardOf(delivery.deviceId),
    application_id: delivery.applicationId,
    device_id: delivery.deviceId,
    url: delivery.url,
    content_type: delivery.contentType,
    body: delivery.body,
  }));
  const values = [...arraysOf(COLUMNS, rows), Math.round(claimMs)];
  const found = await asFault(pool.query<FoundRow>({ name: 'enqueue-deliveries', text: TEXT, values }));
  return claimedOf(unique, found.rows);
}

interface FoundRow {
  command_id: string;
  version: number;
  /** stored: new. settled: was there and is over. pending: an earlier one of the command that is not over. */
  what: 'stored' | 'settled' | 'pending';
}

/**
 * What was stored and has no unsettled delivery of its command before it. Here and not in the statement, because joining the
 * statement's own results takes Postgres time quadratic in the batch where it has no hash joins.
 */
function claimedOf(given: ReadonlyMap<string, NewDelivery>, found: readonly FoundRow[]): Delivery[] {
  const keysOf = (what: FoundRow['what']) =>
    new Set(found.filter((row) => row.what === what).map((row) => keyOf(commandIdOf(row.command_id), row.version)));
  const [stored, settled] = [keysOf('stored'), keysOf('settled')];
  const firstPending = new Map<string, number>();
  const note = (commandId: string, version: number) =>
    firstPending.set(commandId, Math.min(version, firstPending.get(commandId) ?? version));
  for (const [key, { commandId, version }] of given) if (!settled.has(key)) note(commandId, version);
  for (const row of found) if (row.what === 'pending') note(commandIdOf(row.command_id), row.version);
  return [...given]
    .filter(([key, { commandId, version }]) => stored.has(key) && firstPending.get(commandId) === version)
    .map(([, delivery]) => ({ ...delivery, attempts: 0 }));
}

function keyOf(commandId: string, version: number): string {
  return `${commandId}-${String(version)}`;
}

/**
 * `earlier` waits for whoever is settling an earlier delivery right now and then sees it settled: without that lock the
 * settlement would not see the new row, this statement not the settlement, and the new delivery would wait for a claim to lapse.
 * One that is held back gets an instant all the same, so that no lost step can leave it lying for ever.
 */
const TEXT = `
with given as materialized (
  select * from ${unnested(COLUMNS, 'rows')}
), earlier as materialized (
  select d.command_id, d.version from given join webhook_delivery d
    on d.command_id = given.command_id and d.version < given.version and d.status = 'pending'
  order by d.command_id, d.version for share of d
), stored as (
  insert into webhook_delivery (${Object.keys(COLUMNS).join(', ')}, next_at)
  select given.*, (select now_ms()) + $9::bigint from given order by command_id, version
  on conflict do nothing
  returning command_id, version
)
select command_id, version, 'stored' as what from stored
union all
select command_id, version, 'pending' from earlier
union all
select d.command_id, d.version, 'settled' from given join webhook_delivery d
  on d.command_id = given.command_id and d.version = given.version and d.status <> 'pending'`;
