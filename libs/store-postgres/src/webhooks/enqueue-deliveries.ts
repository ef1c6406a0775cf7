import type { Delivery, DeliveryKey, NewDelivery } from '@downlink/command-engine';
import type { Pool } from 'pg';
import { arraysOf, unnested } from '../commands/column-arrays.js';
import { commandIdOf } from '../commands/head-row.js';
import { asFault } from '../pools/pg-fault.js';
import { shardOf } from '../shard-of.js';

const COLUMNS = {
  command_id: 'bigint',
  version: 'integer',
  receiver: 'text',
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
  const unique = new Map(deliveries.map((delivery) => [keyOf(delivery), delivery]));
  const rows = [...unique.values()].map((delivery) => ({
    command_id: delivery.commandId,
    version: delivery.version,
    receiver: delivery.receiver ?? '',
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
  receiver: string;
  url: string;
  /** stored: new. settled: was there and is over. pending: an earlier one of the command to that URL that is not over. */
  what: 'stored' | 'settled' | 'pending';
}

/**
 * What was stored and has no unsettled delivery of its command to its URL before it. Here and not in the statement, because joining the
 * statement's own results takes Postgres time quadratic in the batch where it has no hash joins.
 */
function claimedOf(given: ReadonlyMap<string, NewDelivery>, found: readonly FoundRow[]): Delivery[] {
  const rows = found.map((row) => ({ ...row, commandId: commandIdOf(row.command_id) }));
  const keysOf = (what: FoundRow['what']) => new Set(rows.filter((row) => row.what === what).map(keyOf));
  const [stored, settled] = [keysOf('stored'), keysOf('settled')];
  const first = new Map<string, Place>();
  const note = (delivery: Place & { url: string }) => {
    const known = first.get(lineOf(delivery));
    if (known === undefined || isBefore(delivery, known)) first.set(lineOf(delivery), delivery);
  };
  for (const [key, delivery] of given) if (!settled.has(key)) note(delivery);
  for (const row of rows) if (row.what === 'pending') note(row);
  return [...given]
    .filter(([key, delivery]) => stored.has(key) && keyOf(first.get(lineOf(delivery))!) === key)
    .map(([, delivery]) => ({ ...delivery, attempts: 0 }));
}

type Place = DeliveryKey;

/** Deliveries to one URL about one command go one after another. */
function lineOf({ commandId, url }: Place & { url: string }): string {
  return `${commandId} ${url}`;
}

function isBefore(one: Place, other: Place): boolean {
  if (one.version !== other.version) return one.version < other.version;
  return (one.receiver ?? '') < (other.receiver ?? '');
}

function keyOf({ commandId, version, receiver = '' }: Place): string {
  return `${commandId}-${String(version)}-${receiver}`;
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
  select d.command_id, d.version, d.receiver, d.url from given join webhook_delivery d
    on d.command_id = given.command_id and d.url = given.url and d.status = 'pending'
      and (d.version, d.receiver) < (given.version, given.receiver)
  order by d.command_id, d.version, d.receiver for share of d
), stored as (
  insert into webhook_delivery (${Object.keys(COLUMNS).join(', ')}, next_at)
  select given.*, (select now_ms()) + $10::bigint from given order by command_id, version, receiver
  on conflict do nothing
  returning command_id, version, receiver, url
)
select command_id, version, receiver, url, 'stored' as what from stored
union all
select command_id, version, receiver, url, 'pending' from earlier
union all
select d.command_id, d.version, d.receiver, d.url, 'settled' from given join webhook_delivery d
  on d.command_id = given.command_id and d.version = given.version and d.receiver = given.receiver
    and d.status <> 'pending'`;
