import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import type { Filled } from './filler.js';

export interface Lateness {
  readonly schedulers: number;
  readonly due: number;
  /** Had become expired when the run ended; fewer than `due` is a breach. */
  readonly expired: number;
  readonly early: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** From the last expiry until the outbox was empty: how long Kafka took to hear of all. Null when it was not within the limit. */
  readonly factsBehindMs: number | null;
  /** Seconds from the first deadline to the last expiry. */
  readonly seconds: number;
}

const GIVE_UP_AFTER_MS = 60_000;
const LOOK_EVERY_MS = 500;

/** From `CommandExpired.at − CommandAccepted.expiresAt` in the log, both by the database's clock. */
const FIGURES = `
with late as (
  select ended.at - (accepted.data->>'expiresAt')::bigint as ms, ended.at, (accepted.data->>'expiresAt')::bigint as due_at
  from command_event ended
  join command_event accepted on accepted.command_id = ended.command_id and accepted.version = 1
  where ended.type = 'CommandExpired' and ended.command_id between $1 and $2 and accepted.command_id between $1 and $2
)
select count(*)::int as expired, count(*) filter (where ms < 0)::int as early,
  coalesce(percentile_disc(0.5) within group (order by ms), 0)::float8 as p50,
  coalesce(percentile_disc(0.99) within group (order by ms), 0)::float8 as p99,
  coalesce(max(ms), 0)::float8 as max, coalesce(max(at) - min(due_at), 0)::float8 / 1000 as seconds,
  coalesce(max(at), 0)::float8 as last_at
from late`;

/** Waits until what was filled has expired, and its facts are published, and says how late that was. Never waits for ever. */
export async function latenessOf(
  client: pg.Client,
  filled: Filled,
  { schedulers, windowEndsAt }: { schedulers: number; windowEndsAt: number },
): Promise<Lateness> {
  const giveUpAt = windowEndsAt + GIVE_UP_AFTER_MS;
  // Looking costs the database something: the deadlines pass in peace.
  await pause(Math.max(0, windowEndsAt - Date.now()));
  while ((await stillQueued(client, windowEndsAt)) && Date.now() < giveUpAt) await pause(LOOK_EVERY_MS);
  let drainedAt: number | null = null;
  while (drainedAt === null && Date.now() < giveUpAt) {
    const { rowCount } = await client.query('select from outbox limit 1');
    if (rowCount === 0) drainedAt = Date.now();
    else await pause(LOOK_EVERY_MS);
  }
  const { rows } = await client.query<
    Record<'expired' | 'early' | 'p50' | 'p99' | 'max' | 'seconds' | 'last_at', number>
  >(FIGURES, [filled.first, filled.last]);
  const { expired, early, p50, p99, max, seconds, last_at } = rows[0]!;
  return {
    schedulers,
    due: filled.commands,
    expired,
    early,
    p50Ms: p50,
    p99Ms: p99,
    maxMs: max,
    factsBehindMs: drainedAt === null ? null : Math.max(0, drainedAt - last_at),
    seconds,
  };
}

async function stillQueued(client: pg.Client, dueUntil: number): Promise<boolean> {
  const { rowCount } = await client.query('select from command where due_at <= $1 and queue_pos is not null limit 1', [
    dueUntil,
  ]);
  return rowCount !== 0;
}
