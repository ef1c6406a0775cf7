import type { Delivery, DeliveryAttempt } from '@downlink/command-engine';
import type { ClientBase } from 'pg';
import { arraysOf, unnested } from '../commands/column-arrays.js';
import { asFault } from '../pools/pg-fault.js';
import { DELIVERY_COLUMNS, deliveryOf, type DeliveryRow } from './delivery-row.js';

const COLUMNS = {
  command_id: 'bigint',
  version: 'integer',
  receiver: 'text',
  place: 'integer',
  started_at: 'bigint',
  duration_ms: 'integer',
  outcome: 'text',
  status: 'integer',
  response: 'text',
  error: 'text',
  retry_in_ms: 'bigint',
  began_ago_ms: 'bigint',
} as const;

/** Locks the deliveries that attempts were made for, in key order, so that two notifiers wait for each other instead of deadlocking. */
export async function lockDeliveries(client: ClientBase, attempts: readonly DeliveryAttempt[]): Promise<void> {
  const values = [
    attempts.map(({ commandId }) => commandId),
    attempts.map(({ version }) => version),
    attempts.map(({ receiver }) => receiver ?? ''),
  ];
  await asFault(client.query({ name: 'lock-deliveries', text: LOCK, values }));
}

/** Writes the attempts down, settles or reschedules their deliveries, and claims what that sets free. Needs `lockDeliveries` before it. */
export async function settleAttempts(
  client: ClientBase,
  attempts: readonly DeliveryAttempt[],
  claimMs: number,
): Promise<Delivery[]> {
  const rows = attempts.map((attempt, place) => ({
    command_id: attempt.commandId,
    version: attempt.version,
    receiver: attempt.receiver ?? '',
    place,
    started_at: Math.round(attempt.startedAt),
    duration_ms: Math.round(attempt.durationMs),
    outcome: attempt.outcome,
    status: attempt.status,
    response: storable(attempt.response),
    error: storable(attempt.error),
    retry_in_ms: attempt.retryInMs === null ? null : Math.round(attempt.retryInMs),
    began_ago_ms: attempt.beganAt === undefined ? null : Math.round(performance.now() - attempt.beganAt),
  }));
  const values = [...arraysOf(COLUMNS, rows), Math.round(claimMs)];
  const claimed = await asFault(client.query<DeliveryRow>({ name: 'settle-attempts', text: SETTLE, values }));
  return claimed.rows.map(deliveryOf);
}

/** Receivers answer what they like, and Postgres has no NUL: one such answer must not spoil the batch. */
function storable(text: string | null): string | null {
  return text === null ? null : text.replaceAll('\0', '\u{fffd}');
}

const LOCK = `
select from webhook_delivery d
join (select distinct * from unnest($1::bigint[], $2::integer[], $3::text[]) as keys (command_id, version, receiver)) as keys
  on keys.command_id = d.command_id and keys.version = d.version and keys.receiver = d.receiver
order by d.command_id, d.version, d.receiver for update of d`;

/**
 * Attempts are dated by the clock of the database: now, less what has gone by in the process that made them. The next webhook of a
 * command is claimed in this transaction or after it, so whatever the hosts' clocks say, it is dated after the end of this one.
 *
 * An attempt that comes late, because its claim had lapsed and another has settled the delivery since, is written down and
 * changes nothing else. Only who settles a delivery claims the next one of the command
 * to its URL: the step is made once. A transaction that claims one waits for the disk after all: the next webhook must not
 * be on its way while a crash of the server can still take back that the one before was over.
 */
const SETTLE = `
with given as materialized (
  select * from ${unnested(COLUMNS, 'rows')}
), logged as (
  insert into webhook_attempt
    (command_id, version, receiver, attempt, started_at, duration_ms, outcome, status, response, error, retry_in_ms)
  select d.command_id, d.version, d.receiver,
    d.attempts + row_number() over (partition by d.command_id, d.version, d.receiver order by given.place),
    coalesce((select now_ms()) - given.began_ago_ms, given.started_at), given.duration_ms, given.outcome, given.status, given.response, given.error, given.retry_in_ms
  from given join webhook_delivery d
    on d.command_id = given.command_id and d.version = given.version and d.receiver = given.receiver
), last as (
  select command_id, version, receiver, count(*)::integer as made, bool_or(outcome = 'succeeded') as succeeded,
    (array_agg(retry_in_ms order by place desc))[1] as retry_in_ms
  from given group by command_id, version, receiver
), settled as (
  update webhook_delivery d
  set attempts = d.attempts + last.made,
    status = case
      when d.next_at is null then d.status
      when last.succeeded then 'succeeded'
      when last.retry_in_ms is null then 'exhausted'
      else 'pending' end,
    next_at = case
      when d.next_at is null or last.succeeded or last.retry_in_ms is null then null
      else (select now_ms()) + last.retry_in_ms end
  from last where d.command_id = last.command_id and d.version = last.version and d.receiver = last.receiver
  returning d.command_id, d.version, d.receiver, d.url, old.next_at is not null and new.next_at is null as ended, new.next_at is not null as pending
), moved as (
  select command_id, url, array_agg(version || ' ' || receiver) as keys,
    (array_agg(version order by version, receiver) filter (where pending))[1] as pending_version,
    (array_agg(receiver order by version, receiver) filter (where pending))[1] as pending_receiver
  from settled group by command_id, url having bool_or(ended)
), free as (
  select moved.command_id, first.version, first.receiver
  from moved cross join lateral (
    select d.version, d.receiver from webhook_delivery d
    where d.command_id = moved.command_id and d.url = moved.url and d.status = 'pending'
      and d.version || ' ' || d.receiver <> all (moved.keys)
    order by d.version, d.receiver limit 1
  ) as first
  where moved.pending_version is null
    or (first.version, first.receiver) < (moved.pending_version, moved.pending_receiver)
)
update webhook_delivery d set next_at = (select now_ms()) + $13::bigint
from free where d.command_id = free.command_id and d.version = free.version and d.receiver = free.receiver
returning ${DELIVERY_COLUMNS}, set_config('synchronous_commit', 'on', true)`;
