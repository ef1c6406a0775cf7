import { IDEMPOTENCY_KEY_LIFETIME_MS } from '@downlink/command-domain';
import type { Pool } from 'pg';
import { asFault } from '../pools/pg-fault.js';

/** Rows in one statement: some 50 ms of work, so that no purge after a long pause holds up anybody. */
const PAGE = 10_000;

/** Rows that somebody else is deleting or using anew are passed over. */
const TEXT = `delete from idempotency_key where (application_id, key) in (
  select application_id, key from idempotency_key
  where used_at <= now_ms() - ${String(IDEMPOTENCY_KEY_LIFETIME_MS)}
  order by used_at limit $1 for update skip locked)`;

/**
 * Deletes the keys that stand for nothing any more, 24 h after their first use on the database's clock. Idempotent; any number
 * of processes may call it at once. @returns how many @throws Fault `store-unavailable` (retryable)
 */
export async function purgeKeys(pool: Pool, page = PAGE): Promise<number> {
  let purged = 0;
  for (;;) {
    const { rowCount } = await asFault(pool.query({ name: 'purge-keys', text: TEXT, values: [page] }));
    purged += rowCount ?? 0;
    if ((rowCount ?? 0) < page) return purged;
  }
}
