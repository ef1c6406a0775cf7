import type { Delivery } from '@downlink/command-engine';
import type { Pool } from 'pg';
import { asFault } from '../pools/pg-fault.js';
import { DELIVERY_COLUMNS, deliveryOf, type DeliveryRow } from './delivery-row.js';

/** Pages in which everything is held back are passed over, at most this many in one call; the next call goes on. */
const MAX_PAGES = 10;

/** Claims what is due, earliest first; rows that another is working on are passed over. Each page is a statement and a commit of its own. */
export async function claimDueDeliveries(
  pool: Pool,
  shards: readonly number[],
  { limit, claimMs }: { limit: number; claimMs: number },
): Promise<Delivery[]> {
  const claimed: Delivery[] = [];
  for (let page = 0; page < MAX_PAGES && claimed.length < limit; page++) {
    const wanted = limit - claimed.length;
    const values = [shards, wanted, Math.round(claimMs)];
    const { rows } = await asFault(
      pool.query<DeliveryRow & { was_due: string; held: boolean }>({
        name: 'claim-due-deliveries',
        text: TEXT,
        values,
      }),
    );
    const free = rows.filter(({ held }) => !held).sort((one, other) => Number(one.was_due) - Number(other.was_due));
    claimed.push(...free.map(deliveryOf));
    if (rows.length < wanted) break;
  }
  return claimed;
}

/**
 * Deliveries that wait for an earlier one of their command (to the same URL) are put off until that one's own time (and at least for the length of a
 * claim). Otherwise, with a receiver that has been away for hours, they would stand first in the index and every look
 * would have to pass them. They do not depend on it: settling the earlier one claims them at once.
 */
const TEXT = `
with due as materialized (
  select d.command_id, d.version, d.receiver, d.url, d.next_at as was_due from webhook_delivery d
  where d.next_at <= (select now_ms()) and d.shard = any($1::smallint[])
  order by d.next_at limit $2 for update skip locked
), judged as (
  select due.*, (
    select e.next_at from webhook_delivery e
    where e.command_id = due.command_id and e.url = due.url and e.status = 'pending'
      and (e.version, e.receiver) < (due.version, due.receiver)
    order by e.version, e.receiver limit 1
  ) as held_until
  from due
)
update webhook_delivery d set next_at = greatest(judged.held_until, (select now_ms()) + $3::bigint)
from judged where d.command_id = judged.command_id and d.version = judged.version and d.receiver = judged.receiver
returning ${DELIVERY_COLUMNS}, judged.was_due, judged.held_until is not null as held`;
