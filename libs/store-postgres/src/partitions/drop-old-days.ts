import { firstCommandIdAt } from '@downlink/command-domain';
import type { Pool } from 'pg';
import { asFault } from '../pools/pg-fault.js';
import { dayOfPartition, DAY_MS, PARTITIONED_TABLES, partitionName } from './partition-days.js';
import { purgeDeadLetters, purgeStrays } from './purge-strays.js';

/** Why a day that is old enough stays: something in it is not over, or nobody could be kept from it for a moment. */
export type KeptBecause = 'unfinished-command' | 'pending-delivery' | 'unpublished-fact' | 'busy';

export interface RetentionRound {
  /** Days that are gone, for example `2026-10-21`, oldest first. */
  readonly dropped: readonly string[];
  readonly kept: readonly { readonly day: string; readonly because: KeptBecause }[];
  /** Commands without a partition of their day that were deleted one by one. */
  readonly strays: number;
}

/**
 * How long each lock may be waited for. Whoever asks for a table after us waits behind us, so that this is what a long report
 * can cost the write path; the work under the locks takes some milliseconds.
 */
const LOCK_TIMEOUT = '50ms';

/** SQLSTATEs of our own (class P1 is free) that carry the reason out of the block. */
const REASONS: Readonly<Record<string, KeptBecause>> = {
  P1001: 'unfinished-command',
  P1002: 'pending-delivery',
  P1003: 'unpublished-fact',
  '55P03': 'busy',
  '40P01': 'busy',
};

/**
 * Drops the days (UTC, of the commands' ids) that ended `keepDays` days ago or earlier: log, heads, deliveries and attempts
 * together, in one transaction a day. A day stays whole as long as one of its commands is unfinished, one of its webhooks is
 * still to be told or one of its facts to be published; lanes therefore count none of what is dropped. Any number of processes
 * may call it at once.
 * @throws Fault `store-unavailable` (retryable)
 */
export async function dropOldDays(pool: Pool, { keepDays }: { keepDays: number }): Promise<RetentionRound> {
  const { days, endedBefore } = await oldDays(pool, keepDays);
  const dropped: string[] = [];
  const kept: RetentionRound['kept'][number][] = [];
  for (const start of days) {
    const day = new Date(start).toISOString().slice(0, 10);
    const because = await dropDay(pool, start);
    if (because === undefined) dropped.push(day);
    else kept.push({ day, because });
  }
  await purgeDeadLetters(pool, endedBefore);
  return { dropped, kept, strays: await purgeStrays(pool, firstCommandIdAt(endedBefore)) };
}

/** The starts of the days that are over long enough, oldest first. */
async function oldDays(pool: Pool, keepDays: number): Promise<{ days: number[]; endedBefore: number }> {
  const parents = PARTITIONED_TABLES.map((table) => `'${table}'::regclass`).join(', ');
  const { rows } = await asFault(
    pool.query<{ now: string; name: string | null }>(
      `select now_ms() as now, child.relname as name from (select) one left join pg_inherits
         on inhparent in (${parents}) left join pg_class child on child.oid = inhrelid`,
    ),
  );
  const endedBefore = Math.floor(Number(rows[0]!.now) / DAY_MS - keepDays) * DAY_MS;
  const starts = rows.flatMap(({ name }) => (name === null ? [] : (dayOfPartition(name) ?? [])));
  const days = [...new Set(starts)].filter((start) => start + DAY_MS <= endedBefore).sort((a, b) => a - b);
  return { days, endedBefore };
}

async function dropDay(pool: Pool, start: number): Promise<KeptBecause | undefined> {
  try {
    await pool.query(dropStatement(start));
    return undefined;
  } catch (error) {
    const reason = REASONS[(error as { code?: string }).code ?? ''];
    if (reason !== undefined) return reason;
    return asFault(Promise.reject(error as Error));
  }
}

/**
 * One statement and so one transaction. It looks first without any lock, so that a day that stays costs nobody anything, and
 * again under the locks. `detach … concurrently` would need none, but is not allowed beside a default partition (PostgreSQL,
 * ALTER TABLE). The parents are locked in the order in which the write path takes them; where it is the other way round for
 * somebody, our timeout ends it long before Postgres looks for a deadlock (1 s).
 */
function dropStatement(start: number): string {
  const partition = (table: string): string => partitionName(table, start);
  const [from, to] = [firstCommandIdAt(start), firstCommandIdAt(start + DAY_MS)];
  const checks = `
    if to_regclass('${partition('command')}') is not null then
      if exists (select from ${partition('command')} where due_at is not null)
        or exists (select from ${partition('command')} where queue_pos is not null)
      then raise exception 'a command is not finished' using errcode = 'P1001'; end if;
    end if;
    if to_regclass('${partition('webhook_delivery')}') is not null then
      if exists (select from ${partition('webhook_delivery')} where next_at is not null)
      then raise exception 'a delivery is pending' using errcode = 'P1002'; end if;
    end if;
    if exists (select from outbox where command_id >= ${from} and command_id < ${to})
    then raise exception 'a fact is not published' using errcode = 'P1003'; end if;`;
  return `do $$ begin
    perform set_config('lock_timeout', '${LOCK_TIMEOUT}', true);
    perform pg_advisory_xact_lock(hashtextextended('downlink partitions', 0));
    ${checks}
    lock table ${PARTITIONED_TABLES.map((table) => `only ${table}`).join(', ')} in access exclusive mode;
    ${checks}
    drop table if exists ${PARTITIONED_TABLES.map(partition).join(', ')};
  end $$`;
}
